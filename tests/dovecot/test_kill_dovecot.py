"""A poller killed or frozen at any line loses nothing and doubles nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from store.mail import RawMail
from tests.dovecot.box import Box, mails
from tests.kills import Point, moment

pytestmark = pytest.mark.dovecot
CHILD = Path(__file__).with_name("poller_child.py")
ROOT = Path(__file__).parents[2]
LEASE = 1.0


@dataclass
class Run:
    """Starts pollers of one mailbox as processes."""

    box: Box

    def start(self, *, kill_at: str = "", after_keep: str = "leave", stay: bool = False) -> "subprocess.Popen[bytes]":
        """A poller that dies at `kill_at`, or ends when all is taken, or stays until it is told."""
        settings = self.box.mailbox(after_keep=after_keep, move_to="Done")
        mailbox = settings.model_dump(mode="json") | {"password": "secret"}
        database = self.box.store.engine.url.render_as_string(hide_password=False)
        orders = {"database": database, "lease": LEASE, "mailbox": mailbox, "until_stdin_closes": stay}
        return subprocess.Popen(
            [sys.executable, str(CHILD), json.dumps(orders)],
            env=os.environ | {"KILL_AT": kill_at, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )

    def finish(self, *, kill_at: str = "", after_keep: str = "leave") -> int:
        """Start one and wait for its end; its exit status."""
        process = self.start(kill_at=kill_at, after_keep=after_keep)
        process.communicate(timeout=60)
        return process.returncode

    def count(self) -> int:
        """How many mails are kept."""
        with self.box.store.transaction() as session:
            return session.scalar(select(func.count()).select_from(RawMail)) or 0


@pytest.fixture
def run(box: Box) -> Run:
    """Pollers of the test's mailbox."""
    return Run(box)


@pytest.mark.parametrize(
    ("point", "after_keep"),
    [
        (("K1", 1), "leave"),
        (("K2", 2), "leave"),
        (("K3", 80), "leave"),
        (("K4", 2), "leave"),
        (("K5", 2), "leave"),
        (("K6", 2), "move"),
        (("K7", 2), "delete"),
        (("K8", 2), "flag"),
        (("K9", 2), "move"),
    ],
)
def test_killed_poller_loses_and_doubles_nothing(run: Run, point: Point, after_keep: str, killing: int) -> None:
    run.box.put(mails(80))
    kill_at = moment(killing, point)
    assert run.finish(kill_at=kill_at, after_keep=after_keep) == -signal.SIGKILL, f"{kill_at} was not reached"
    run.box.put(mails(20, first=80))
    assert run.finish(after_keep=after_keep) == 0
    assert sorted(run.box.bodies()) == sorted(mails(100))
    assert len(run.box.deliveries()) == 100
    with run.box.client() as client:
        exists = client.select_folder("INBOX")[b"EXISTS"]
        flagged = len(client.search(["KEYWORD", "Smokewatch"]))
    assert exists == (0 if after_keep in {"move", "delete"} else 100)
    assert flagged == (100 if after_keep == "flag" else 0)


def _await(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def test_two_pollers_on_one_mailbox_lose_and_double_nothing_when_one_is_killed(run: Run) -> None:
    run.box.put(mails(800))
    both = [run.start(stay=True), run.start(stay=True)]
    _await(lambda: run.count() > 100)
    both[0].kill()
    run.box.put(mails(20, first=800))
    _await(lambda: run.count() >= 820)
    for process in both:
        process.communicate(timeout=30)
    assert sorted(run.box.bodies()) == sorted(mails(820))
    assert len(run.box.deliveries()) == 820


def test_a_frozen_holder_is_fenced_when_it_thaws(run: Run) -> None:
    run.box.put(mails(800))
    frozen = run.start(stay=True)
    _await(lambda: run.count() > 100)
    frozen.send_signal(signal.SIGSTOP)
    other = run.start(stay=True)
    _await(lambda: run.count() == 800, 60)
    frozen.send_signal(signal.SIGCONT)
    run.box.put(mails(5, first=800))
    _await(lambda: run.count() >= 805)
    for process in (frozen, other):
        process.communicate(timeout=30)
    assert sorted(run.box.bodies()) == sorted(mails(805))
    assert len(run.box.deliveries()) == 805
