"""Runs small jobs again and again in threads of their own; a job that fails is logged and tried again later."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from prometheus_client import Counter

log = structlog.get_logger("smokewatch.schedule")

LONGEST_PAUSE_SECONDS = 30.0
"""The pause after failures doubles up to this, so that a healed database is noticed within half a minute."""
FAILURES = Counter("smokewatch_job_failures_total", "Runs of a background job that failed", ["job"])


@dataclass
class Job:
    """Something to do every so often. `run` does one step and says whether more is waiting."""

    name: str
    every_seconds: float
    run: Callable[[], bool]
    first_after_seconds: float = 0.0
    wake: threading.Event = field(default_factory=threading.Event)
    last_good: float = field(default_factory=time.monotonic)
    failures: int = 0

    def step(self) -> bool:
        """Run once; a failure is logged, counted, and makes the next pause longer."""
        try:
            more = self.run()
        except Exception:
            self.failures += 1
            FAILURES.labels(self.name).inc()
            log.warning("job_failed", job=self.name, failures=self.failures, exc_info=True)
            return False
        self.failures, self.last_good = 0, time.monotonic()
        return more

    @property
    def pause(self) -> float:
        """Seconds until the next step."""
        if not self.failures:
            return self.every_seconds
        return min(LONGEST_PAUSE_SECONDS, max(1.0, self.every_seconds) * 2.0 ** min(self.failures, 6))

    @property
    def is_late(self) -> bool:
        """Whether it has not ended well for so long that the health check should say so."""
        return time.monotonic() - self.last_good > max(120.0, 3 * self.every_seconds)


class Schedule:
    """The jobs of one process."""

    def __init__(self, jobs: list[Job]) -> None:
        self.jobs = jobs
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._loop, args=[job], name=job.name, daemon=True) for job in jobs]

    def start(self) -> None:
        """Start all jobs."""
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 30.0) -> None:
        """Let each job finish its step, then end."""
        self._ending.set()
        for job in self.jobs:
            job.wake.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))

    def _loop(self, job: Job) -> None:
        job.wake.wait(job.first_after_seconds) if job.first_after_seconds else None
        while not self._ending.is_set():
            more = job.step()
            if not more and not self._ending.is_set():
                job.wake.wait(job.pause)
            job.wake.clear()
