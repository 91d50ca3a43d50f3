"""Waits in IDLE (RFC 2177) until the server announces something, and notices when it is no longer there."""

import threading
import time

from ingest.errors import ConnectionLost
from ingest.imap import Imap
from ingest.timing import Timing

QUICK = 0.5
"""An empty look that lasts less than this part of its time did not wait: the socket is at its end."""

QUICK_LIMIT = 3
"""So many quick empty looks in a row mean a dead connection; one alone may be a TLS record without content."""


def idle(imap: Imap, stop: threading.Event, seconds: float, timing: Timing) -> bool:
    """Wait at most `seconds`; whether the server announced new mail. Raises `ConnectionLost`."""
    imap.start_idle()
    announced = imap.take_exists() or imap.heard() or _look(imap, stop, seconds, timing)
    _, late = imap.call("idle_done", seconds=timing.check)
    return announced or _news(late)


def _look(imap: Imap, stop: threading.Event, seconds: float, timing: Timing) -> bool:
    end = time.monotonic() + seconds
    quick = 0
    while not stop.is_set() and (left := end - time.monotonic()) > 0:
        begun, look = time.monotonic(), min(left, timing.slice)
        said = imap.call("idle_check", look, seconds=look + timing.check)
        if _news(said):
            return True
        if any(_is_bye(response) for response in said):
            raise ConnectionLost(f"{imap.where} said BYE while idle")
        quick = quick + 1 if not said and time.monotonic() - begun < look * QUICK else 0
        if quick >= QUICK_LIMIT:
            raise ConnectionLost(f"{imap.where} closed the connection while idle")
    return False


def _news(responses: object) -> bool:
    found = responses if isinstance(responses, list) else []
    return any(isinstance(r, tuple) and len(r) > 1 and r[1] in (b"EXISTS", b"RECENT") for r in found)


def _is_bye(response: object) -> bool:
    return isinstance(response, tuple) and bool(response) and response[0] == b"BYE"
