"""Has doubtful mails read by a long-lived child process, and kills and replaces it when it takes too long."""

import atexit
import io
import os
import pickle
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from config.settings import Limits
from ingest.mail import ParsedMail, Unreadable

START_SECONDS = 30.0
"""Importing the parsers on a loaded machine; not counted against the mail."""

_PASSED_ON = ("KILL_AT", "PATH", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")
_SAFE = {
    ("ingest.mail", "ParsedMail"),
    ("ingest.mail", "Address"),
    ("ingest.mail", "AttachedFile"),
    ("ingest.mail", "Bounce"),
    ("config.words", "MailKind"),
    ("datetime", "datetime"),
    ("datetime", "timezone"),
    ("datetime", "timedelta"),
}


class _SafeUnpickler(pickle.Unpickler):
    """Takes the child's answer; should a mail have taken the child over, it can still only send a mail's fields."""

    def find_class(self, module: str, name: str) -> Any:
        """Refuse every class that is not part of a parsed mail."""
        if (module, name) not in _SAFE:
            raise pickle.UnpicklingError(f"{module}.{name} is not part of a mail")
        return super().find_class(module, name)


@dataclass
class _Child:
    """One running child and the line to it."""

    process: subprocess.Popen[bytes]
    line: Connection

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()

    def close(self) -> None:
        """End it and forget it."""
        self.line.close()
        self.process.kill()
        self.process.wait()


@dataclass
class Sandbox:
    """A child that answers one question at a time; safe to share between threads, replaced when it dies."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _child: _Child | None = None
    _owner: int = 0

    def ask(self, question: tuple[Any, ...], raw: bytes, limits: Limits) -> bytes:
        """The child's answer to `question` about `raw`.

        Raises Unreadable: the child's own verdict, or `parse_timeout`, `parse_crash`.
        """
        with self._lock:
            try:
                return self._ask_once(question, raw, limits)
            except EOFError:
                # A child can be killed for reasons that are not the mail's, as by the kernel for want of memory.
                try:
                    return self._ask_once(question, raw, limits)
                except EOFError as error:
                    raise Unreadable(
                        "parse_crash", "The process that read the mail ended twice without an answer."
                    ) from error

    def close(self) -> None:
        """End the child, if this process started one."""
        child, self._child = self._child, None
        if child and self._owner == os.getpid():
            child.close()

    def _ask_once(self, question: tuple[Any, ...], raw: bytes, limits: Limits) -> bytes:
        """One try; raises EOFError when the child ended."""
        child = self._ready()
        late = threading.Event()

        def stop() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(limits.parse_seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            child.line.send_bytes(pickle.dumps((question, limits.model_dump())))
            child.line.send_bytes(raw)
            kind = child.line.recv_bytes(16)
            answer = child.line.recv_bytes()
            more = child.line.recv_bytes(16)
        except (OSError, EOFError) as error:
            self.close()
            if late.is_set():
                raise Unreadable(
                    "parse_timeout",
                    f"Reading the mail took more than {limits.parse_seconds:g} s (limits.parse_seconds).",
                ) from error
            raise EOFError from error
        finally:
            timer.cancel()
        if more != b"more":
            self.close()
        if kind == b"no":
            code, _, sentence = answer.decode("utf-8", "replace").partition("\n")
            raise Unreadable(code, sentence)
        return answer

    def _ready(self) -> _Child:
        """The running child, or a new one: after a fork the parent's child is not ours to talk to."""
        if self._child and self._owner == os.getpid() and self._child.process.poll() is None:
            return self._child
        self.close()
        self._child, self._owner = _start(), os.getpid()
        return self._child


def _start() -> _Child:
    """Start a child with an environment of its own, out of reach of the terminal's Ctrl-C."""
    ours, theirs = socket.socketpair()
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path) or "."
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-c", "from ingest.child import serve; serve()", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    line = Connection(ours.detach())
    try:
        ready = line.poll(START_SECONDS) and line.recv_bytes(16) == b"ready"
    except (OSError, EOFError):
        ready = False
    child = _Child(process, line)
    if not ready:
        child.close()
        raise RuntimeError("The child process that reads doubtful mails does not start; is the program whole?")
    return child


_shared = Sandbox()
atexit.register(_shared.close)


def read_apart(raw: bytes, limits: Limits, own_lists: frozenset[str]) -> ParsedMail:
    """Read a mail in the child. Raises Unreadable."""
    answer = _shared.ask(("read", sorted(own_lists)), raw, limits)
    mail = _SafeUnpickler(io.BytesIO(answer)).load()
    if not isinstance(mail, ParsedMail):
        raise Unreadable("parse_crash", "The process that read the mail gave no mail as its answer.")
    return mail


def attachment_apart(raw: bytes, position: int, limits: Limits) -> bytes:
    """Find an attachment's bytes in the child. Raises Unreadable."""
    return _shared.ask(("attachment", position), raw, limits)
