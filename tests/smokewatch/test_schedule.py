"""Jobs run again and again, survive failures, and stop."""

import threading

from smokewatch.schedule import LONGEST_PAUSE_SECONDS, Job, Schedule


def _fails() -> bool:
    raise RuntimeError


def test_a_job_with_more_to_do_runs_at_once_again() -> None:
    runs = threading.Semaphore(0)

    def run() -> bool:
        runs.release()
        return True

    schedule = Schedule([Job("busy", 3600, run)])
    schedule.start()
    assert all(runs.acquire(timeout=5) for _ in range(3))
    schedule.stop()


def test_a_waiting_job_can_be_woken() -> None:
    runs = threading.Semaphore(0)

    def run() -> bool:
        runs.release()
        return False

    job = Job("idle", 3600, run)
    schedule = Schedule([job])
    schedule.start()
    assert runs.acquire(timeout=5)
    job.wake.set()
    assert runs.acquire(timeout=5)
    schedule.stop()


def test_a_failure_is_counted_and_makes_the_pause_longer() -> None:
    job = Job("broken", 1, _fails)
    job.step()
    once = job.pause
    job.step()
    assert (job.failures, once < job.pause <= LONGEST_PAUSE_SECONDS) == (2, True)


def test_a_success_forgets_the_failures() -> None:
    job = Job("broken", 1, _fails)
    job.step()
    job.run = lambda: False
    job.step()
    assert (job.failures, job.pause) == (0, 1)
