"""The digest says how much waits where with the worst of it, and makes no mail of that alone."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from alerts.digest import open_due_digests
from config.policy import load_policy
from store.people import Person
from store.queues import QueueCount
from tests.alerts.scene import CONTEXT, Scene
from tests.alerts.sink import Sink
from tests.alerts.test_digest import _change
from workflow.queues import Asked, queue_counts


def _counts(session: Session, person: Person, now: datetime) -> list[QueueCount]:
    return queue_counts(session, Asked(person, now, load_policy()))


QUEUED = replace(CONTEXT, queues=_counts)


def _digest(scene: Scene, sink: Sink) -> str:
    with scene.store.transaction() as session:
        open_due_digests(session, QUEUED, scene.now)
    scene.drain(sink, QUEUED)
    return "\n".join(taken.text for taken in sink.to("omar@us.example"))


def test_it_stands_in_the_digest_in_one_line_a_queue(scene: Scene, sink: Sink) -> None:
    _change(scene)
    text = " ".join(_digest(scene, sink).split())
    assert "WHAT WAITS" in text
    assert f"1 new, not acknowledged (new): ESC-{scene.esc} Norvik Pumps: risk high" in text
    assert "(overdue)" not in text


def test_queues_alone_make_no_digest(scene: Scene, sink: Sink) -> None:
    assert _digest(scene, sink) == ""


def test_it_fits_a_narrow_screen(scene: Scene, sink: Sink) -> None:
    _change(scene, before=timedelta(hours=2))
    assert max(len(line) for line in _digest(scene, sink).splitlines()) <= 72
