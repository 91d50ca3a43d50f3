"""Lets several processes share one embedded engine: the first starts it, the last one to leave stops it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or only waits to be reaped by whoever started it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state == "Z"
