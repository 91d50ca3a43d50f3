"""Workers and pollers as processes: they do their part, and end when told to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from smokewatch.engines.redis import Redis
from store.database import Store
from store.mail import RawMail

MAIL = (
    "From: Ann <ann@acme.example>\nTo: support@us.example\nSubject: {0}\nMessage-ID: <{0}@acme.example>\n\nHello {0}\n"
)
SECONDS = 60


@pytest.fixture
def environment(company: Store, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Settings for processes: the test's database, and a Redis of its own."""
    server = Redis(tmp_path / "redis")
    yield {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "DATABASE_URL": company.engine.url.render_as_string(hide_password=False),
        "REDIS_URL": server.start(),
        "SMOKEWATCH__HEALTH_PORT": "0",
        "SMOKEWATCH__ADMIN": "ada@us.example",
    }
    server.stop()


def _start(words: list[str], folder: Path, environment: dict[str, str]) -> "subprocess.Popen[str]":
    command = [sys.executable, "-W", "ignore", "-m", "smokewatch", *words]
    return subprocess.Popen(command, cwd=folder, env=environment, text=True, stderr=subprocess.PIPE)


def _wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def _processed(store: Store) -> int:
    with store.transaction() as session:
        return session.scalar(select(func.count()).where(RawMail.state == "parsed")) or 0


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_worker_finds_what_was_kept_and_ends_on_sigterm(
    company: Store, tmp_path: Path, environment: dict[str, str], processes: str
) -> None:
    (tmp_path / "mails").mkdir()
    for number in range(3):
        (tmp_path / "mails" / f"{number}.eml").write_text(MAIL.format(number), encoding="ascii")
    kept = _start(["import", "mails", "--keep-only"], tmp_path, environment)
    kept.communicate()
    assert (kept.returncode, _processed(company)) == (0, 0)
    worker = _start(["worker", "--processes", processes], tmp_path, environment)
    try:
        _wait_until(lambda: _processed(company) == 3)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=SECONDS)
    assert worker.returncode == 0


def test_a_poller_without_a_mailbox_says_what_to_do(tmp_path: Path, environment: dict[str, str]) -> None:
    poller = _start(["poll"], tmp_path, environment)
    error = poller.communicate(timeout=SECONDS)[1]
    assert poller.returncode == 78, error
    assert "smokewatch init" in error


@pytest.mark.parametrize("command", ["up", "worker", "poll"])
def test_a_command_that_is_stopped_while_it_loads_ends_well(
    command: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    code = (
        "import builtins, os, signal, sys\n"
        "load = builtins.__import__\n"
        "def stopped(name, *rest):\n"
        "    if name.startswith('smokewatch.cli'): os.kill(os.getpid(), signal.SIGTERM)\n"
        "    return load(name, *rest)\n"
        "builtins.__import__ = stopped\n"
        "from smokewatch.__main__ import main\n"
        f"sys.exit(main([{command!r}]))"
    )
    words = [sys.executable, "-W", "ignore", "-c", code]
    assert subprocess.run(words, cwd=tmp_path, env=environment, check=False).returncode == 0
