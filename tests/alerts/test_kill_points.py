"""A process killed at any named point loses no mail and doubles none, but for the stated window after the final dot."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from alerts.deliver import deliver_one
from alerts.digest import open_due_digests
from config.recordwords import CustomerMailState
from config.words import NoticeKind, NoticeState, Role
from store.mail import RawMail
from store.outbox import Notice
from store.people import Person
from tests.alerts.scene import CONTEXT, Scene, sender_for
from tests.alerts.sink import Sink
from tests.alerts.test_customer import add, drain, row
from tests.kills import Point, moment

ROOT = Path(__file__).parents[2]
NOTICES = 4
RERUN = timedelta(seconds=90)
"""A killed deliverer's notice is out again within this time after the kill."""


@pytest.fixture(scope="module")
def forks() -> Iterator[subprocess.Popen[str]]:
    """One process whose children do the jobs (see tests.alerts.child)."""
    command = [sys.executable, "-m", "tests.alerts.child"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@dataclass
class Killer:
    """Runs a job in a child that dies at a named point."""

    forks: subprocess.Popen[str]
    scene: Scene
    sink: Sink

    def run(self, job: str, kill_at: str) -> None:
        """Start the job; fails when the child did not die."""
        url = self.scene.store.engine.url.render_as_string(hide_password=False).replace("+psycopg", "", 1)
        now = self.scene.now.isoformat()
        order = {"job": job, "url": url, "port": self.sink.port, "now": now, "kill_at": kill_at}
        assert self.forks.stdin is not None
        assert self.forks.stdout is not None
        self.forks.stdin.write(json.dumps(order) + "\n")
        self.forks.stdin.flush()
        assert int(self.forks.stdout.readline()) == signal.SIGKILL


@pytest.fixture
def killer(forks: subprocess.Popen[str], lasting_scene: Scene, sink: Sink) -> Killer:
    """A killer for this test's company."""
    return Killer(forks, lasting_scene, sink)


@pytest.mark.parametrize("point", ["K15", "K16", "K17", "K18", "K19", "K20"])
def test_killed_while_sending(killer: Killer, point: str, killing: int) -> None:
    scene, sink = killer.scene, killer.sink
    numbers = [scene.post(urgent=True) for _ in range(NOTICES)]
    killer.run("deliver", moment(killing, (point, NOTICES)))
    scene.drain(sink)
    scene.drain(sink, later=RERUN)
    assert [scene.notice(n).state for n in numbers] == [NoticeState.SENT] * NOTICES
    copies = sorted(sink.ids[scene.notice(n).message_id] for n in numbers)
    assert copies == [1] * (NOTICES - 1) + [2 if point in ("K18", "K19") else 1]
    assert sum(scene.notice(n).repeats for n in numbers) == sum(copies) - NOTICES


@pytest.mark.parametrize("point", ["K30", "K16", "K17", "K18", "K31", "K32"])
def test_killed_while_mailing_customers(killer: Killer, point: str, killing: int) -> None:
    scene, sink = killer.scene, killer.sink
    keys = [add(scene, n) for n in range(1, NOTICES + 1)]
    killer.run("customer", moment(killing, (point, NOTICES)))
    drain(scene, sink)
    drain(scene, sink, later=RERUN)
    assert [row(scene, key).state for key in keys] == [CustomerMailState.SENT] * NOTICES
    copies = sorted(sink.ids[f"<{n}@us.example>"] for n in range(1, NOTICES + 1))
    assert copies == [1] * (NOTICES - 1) + [2 if point in ("K18", "K31") else 1]
    with scene.store.transaction() as session:
        assert session.scalar(select(func.count(RawMail.id))) == NOTICES


@pytest.mark.parametrize("point", [("K21", 3), ("K22", 3), ("K23", 1)])
def test_killed_while_opening_digests(killer: Killer, point: Point, killing: int) -> None:
    scene = killer.scene
    scene.change(lambda s: s.add(Person(email="d@us.example", name="D", handle="d", role=Role.ADMIN)))
    scene.post()
    scene.change(lambda s: s.execute(update(Notice).values(state=NoticeState.HELD)))
    killer.run("digest", moment(killing, point))
    assert len(scene.notices(NoticeKind.DIGEST)) == 0
    with scene.store.transaction() as session:
        assert open_due_digests(session, CONTEXT, scene.now) == 1


def test_four_deliverers_at_once_send_each_notice_once(lasting_scene: Scene, sink: Sink) -> None:
    scene = lasting_scene
    for _ in range(16):
        scene.post(urgent=True)

    def work() -> None:
        sender = sender_for(sink)
        while deliver_one(scene.store, sender, CONTEXT, scene.now):
            pass
        sender.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(sink.ids.values()) == [1] * 16


def test_a_deliverer_that_lost_its_claim_stops_before_the_dot(lasting_scene: Scene, sink: Sink) -> None:
    scene = lasting_scene
    number = scene.post(urgent=True)

    class Frozen:
        """Sleeps between DATA and the dot until another deliverer has done the work."""

        def __init__(self) -> None:
            self.real = sender_for(sink)
            self.open = self.real.open

        def send(self, mail, watch):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            scene.drain(sink, later=RERUN)
            result = self.real.send(mail, watch)
            self.real.close()
            return result

    deliver_one(scene.store, Frozen(), CONTEXT, scene.now)
    assert (list(sink.ids.values()), scene.notice(number).state) == ([1], NoticeState.SENT)
