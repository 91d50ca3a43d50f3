"""Opens a winmail.dat (TNEF, MS-OXTNEF): the files and text that Outlook put in; for the child process only."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from tnefparse import TNEF

TNEF_BYTES = 8_000_000
"""A larger one stays closed: the library's time grows with the square of the number of its objects."""
TNEF_SECONDS = 0.3
"""CPU time for one; the library believes every count it reads, so that 100 kB can keep it busy for hours."""


class _TooLongError(BaseException):
    """The time is over. Not an Exception, because the library catches those and goes on."""


@dataclass(frozen=True)
class Tnef:
    """What was in it: (name, bytes) of each file, and the body in plain text and HTML, "" if absent."""

    files: tuple[tuple[str, bytes], ...] = ()
    text: str = ""
    html: str = ""


def is_tnef(content_type: str, name: str) -> bool:
    """Whether a part claims to be TNEF."""
    return content_type in ("application/ms-tnef", "application/vnd.ms-tnef") or name.lower() == "winmail.dat"


def read_tnef(data: bytes) -> Tnef | None:
    """Open `data`; None when it is broken, empty or too large, so that it stays a plain attachment."""
    if len(data) > TNEF_BYTES:
        return None
    try:
        with _bounded(TNEF_SECONDS):
            opened = TNEF(data, do_checksum=False)
        files = tuple((_text(found.long_filename()), bytes(found.data)) for found in opened.attachments[:500])
        found = Tnef(files, _text(opened.body), _text(opened.htmlbody))
        return found if found != Tnef() else None
    except MemoryError:
        raise
    except (Exception, _TooLongError):  # noqa: BLE001 - the library raises nearly anything on broken input
        return None


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    """Raise _TooLongError in the block when it uses more CPU time than that; in the main thread only."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise _TooLongError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _text(value: Any) -> str:
    """A text property; the library gives text, bytes or nothing."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip("\x00")
    return value.strip("\x00") if isinstance(value, str) else ""
