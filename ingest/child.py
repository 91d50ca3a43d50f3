"""The child process that reads doubtful mails: bounded in CPU time, memory and files, with no secret in reach."""

import pickle
import resource
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from config.killpoint import killpoint
from config.settings import Limits
from ingest.gate import check
from ingest.mail import Unreadable
from ingest.read import attachment_here, read_here

TIRED_KILOBYTES = 262_144
"""A child that has ever held more memory than this is replaced after its answer."""


def serve() -> NoReturn:
    """Answer questions until the parent closes the line."""
    for name in (signal.SIGINT, signal.SIGTERM):
        # The parent decides when we end: a stop of the whole group must not make a mail unreadable.
        signal.signal(name, signal.SIG_IGN)
    for kind in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(kind, (0, 0))
    line = Connection(int(sys.argv[1]))
    line.send_bytes(b"ready")
    while True:
        try:
            question, settings = pickle.loads(line.recv_bytes())  # noqa: S301 - sent by our parent
            raw = line.recv_bytes()
        except (OSError, EOFError):
            sys.exit(0)
        _answer(line, question, raw, Limits(**settings))


def _answer(line: Connection, question: tuple[Any, ...], raw: bytes, limits: Limits) -> None:
    """Send the result or the refusal, and whether this child can go on."""
    _bound(limits)
    tired = False
    try:
        kind, answer = b"yes", _work(question, raw, limits)
    except Unreadable as error:
        kind, answer = b"no", f"{error.code}\n{error}".encode("utf-8", "replace")
        tired = error.code == "parse_memory"
    line.send_bytes(kind)
    line.send_bytes(answer)
    tired = tired or _peak_kilobytes() > TIRED_KILOBYTES
    line.send_bytes(b"last" if tired else b"more")
    if tired:
        sys.exit(0)


def _work(question: tuple[Any, ...], raw: bytes, limits: Limits) -> bytes:
    """Do what was asked."""
    gate = check(raw, limits)
    killpoint("K11")
    if question[0] == "read":
        return pickle.dumps(read_here(gate, frozenset(question[1]), apart=True))
    return attachment_here(gate, question[1], apart=True)


def _peak_kilobytes() -> int:
    """The most memory this process ever held; getrusage would count what the parent held when it forked."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split(maxsplit=1)[0])


def _bound(limits: Limits) -> None:
    """Set what this mail may use: memory as a whole, CPU seconds beyond those already used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    # The parent's clock ends a slow mail first; this one is for a child whose parent is gone.
    seconds = int(used.ru_utime + used.ru_stime + limits.parse_seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_AS, (limits.child_bytes, resource.RLIM_INFINITY))
