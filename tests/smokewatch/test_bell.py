"""Work in the queue is started at once, and an idle worker hardly looks."""

import queue
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from smokewatch.actors import Queue, make_broker
from smokewatch.engines.redis import Redis


@pytest.fixture
def work(tmp_path: Path) -> Iterator[tuple[Queue, "queue.Queue[float]"]]:
    """A queue with an idle worker, and the times at which work was started."""
    redis = Redis(tmp_path / "redis")
    redis.start()
    started: queue.Queue[float] = queue.Queue()

    def process(_ids: Sequence[int]) -> None:
        started.put(time.monotonic())

    found = Queue(make_broker(redis.url), process)
    worker = found.worker(threads=1)
    worker.start()
    time.sleep(0.5)
    yield found, started
    worker.stop()
    found.broker.close()
    redis.stop()


def test_an_idle_worker_starts_what_is_handed_over_at_once(work: tuple[Queue, "queue.Queue[float]"]) -> None:
    waits = []
    for number in range(20):
        begun = time.monotonic()
        work[0].hand_over([number])
        waits.append(work[1].get(timeout=5) - begun)
        time.sleep(0.1)
    assert sorted(waits)[10] < 0.2, waits


def test_more_than_a_worker_takes_ahead_is_done_without_a_pause(work: tuple[Queue, "queue.Queue[float]"]) -> None:
    begun = time.monotonic()
    work[0].hand_over(range(50 * 40))
    last = max(work[1].get(timeout=5) for _ in range(40))
    assert last - begun < 3
