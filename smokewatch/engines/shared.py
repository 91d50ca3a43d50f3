"""Lets several processes share one embedded engine: the first starts it, the last one to leave stops it."""

import fcntl
import hashlib
import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

LONGEST_SOCKET = 100
"""Bytes a unix socket's path may have, below the 107 of Linux."""
_LIVING: list[Popen[bytes]] = []


class Users:
    """Who uses the engine in `home`: each user holds a shared file lock, which the system drops when it dies."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._handle: int | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Only one process at a time looks at the engine, starts it or stops it."""
        handle = os.open(self._home / "turn.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def join(self) -> None:
        """Count this process among the users; call within `turn`."""
        if self._handle is None:
            self._handle = os.open(self._home / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._handle, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Stop being a user; true when nobody else is one. Call within `turn`."""
        if self._handle is None:
            return False
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            os.close(self._handle)
            self._handle = None


class SharedEngine(ABC):
    """A server with its data under `home`, started by the first of its users and stopped by the last."""

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self._users: Users | None = None
        self._child: Popen[bytes] | None = None

    def start(self) -> str:
        """Start the server unless it runs already, and count this process among its users; the URL.

        Raises:
            EngineError: it cannot be made or started.

        """
        self.home.mkdir(parents=True, exist_ok=True)
        self._users = Users(self.home)
        with self._users.turn():
            url = self._bring_up()
            self._users.join()
        return url

    def stop(self) -> None:
        """Leave the server, and stop it when no other process uses it."""
        if self._users is None:
            return
        with self._users.turn():
            if self._users.leave():
                self._end()
        self._users = None
        if self._child is not None and self._child.poll() is None:
            # Others use it on: hold the handle, since Python warns of one that is dropped while its process lives.
            _LIVING.append(self._child)
        self._child = None

    @abstractmethod
    def _bring_up(self) -> str:
        """Have it running and ready, and give its URL; nobody else starts or stops it meanwhile."""

    @abstractmethod
    def _end(self) -> None:
        """Stop it; nobody uses it any more."""

    def _socket_folder(self, near: Path, name: str) -> Path:
        """The folder `near`, or one in the temporary folder when the path of the socket `name` would be too long."""
        if len(str(near / name)) <= LONGEST_SOCKET:
            return near
        digest = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"smokewatch-{digest}"


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or only waits to be reaped by whoever started it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state == "Z"
