"""Waits in IDLE (RFC 2177) until the server announces mail, and notices when it is no longer there."""

import threading
import time

from ingest.imap import Imap
from ingest.timing import Timing


def idle(imap: Imap, stop: threading.Event, seconds: float, timing: Timing) -> bool:
    """Wait at most `seconds`; whether the server announced new mail. Raises `ConnectionLost`."""
    imap.start_idle()
    announced = imap.take_exists()
    end = time.monotonic() + seconds
    while not announced and not stop.is_set() and (left := end - time.monotonic()) > 0:
        imap.hear(min(left, timing.slice))
        announced = imap.take_exists()
    imap.call("idle_done", seconds=timing.check)
    return announced or imap.take_exists()
