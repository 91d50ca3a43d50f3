"""Ends what takes longer than its wall-clock deadline, by closing the socket it waits on."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(eq=False)
class Watch:
    """One running deadline; `expired` is set before the socket is closed."""

    due: float
    close: Callable[[], None]
    expired: bool = False


class Watchdog:
    """One thread for all deadlines of the process, started with the first."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._watches: set[Watch] = set()
        self._thread: threading.Thread | None = None
        self._wake = 0.0

    @contextmanager
    def watch(self, seconds: float, close: Callable[[], None]) -> Iterator[Watch]:
        """Call `close` from another thread when the block lasts longer than `seconds`."""
        watch = Watch(time.monotonic() + seconds, close)
        with self._change:
            self._watches.add(watch)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()
            if watch.due < self._wake:
                self._change.notify()
        try:
            yield watch
        finally:
            with self._change:
                self._watches.discard(watch)

    def _run(self) -> None:
        while True:
            for watch in self._expired():
                watch.close()

    def _expired(self) -> list[Watch]:
        with self._change:
            now = time.monotonic()
            late = [w for w in self._watches if w.due <= now]
            for watch in late:
                watch.expired = True
                self._watches.discard(watch)
            if not late:
                # Sleeping on the nearest deadline instead of being woken by every command keeps a busy poller cheap.
                self._wake = min((w.due for w in self._watches), default=now + 3600)
                self._change.wait(self._wake - now)
            return late


WATCHDOG = Watchdog()
"""Shared by all connections: a thread each would double the threads of a process with many mailboxes."""
