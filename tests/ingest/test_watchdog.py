"""A deadline closes what it guards, at its time and not otherwise."""

import threading
import time

from ingest.watchdog import Watchdog


def test_an_overdue_block_is_closed() -> None:
    closed = threading.Event()
    with Watchdog().watch(0.05, closed.set) as watch:
        assert closed.wait(2)
    assert watch.expired


def test_a_block_in_time_is_left_alone() -> None:
    closed = threading.Event()
    with Watchdog().watch(0.1, closed.set) as watch:
        pass
    time.sleep(0.2)
    assert not watch.expired
    assert not closed.is_set()


def test_a_short_deadline_is_kept_beside_a_long_one() -> None:
    closed = threading.Event()
    dog = Watchdog()
    with dog.watch(60, lambda: None):
        time.sleep(0.05)
        with dog.watch(0.1, closed.set):
            begun = time.monotonic()
            assert closed.wait(2)
    assert time.monotonic() - begun < 1
