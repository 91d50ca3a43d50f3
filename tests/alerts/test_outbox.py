"""What is stuck in the outbox can be seen, retried and dropped."""

from alerts.outbox import drop, list_notices, retry
from config.words import NoticeState
from tests.alerts.scene import Scene
from tests.alerts.sink import Sink


def _fail(scene: Scene, sink: Sink) -> int:
    sink.refuse = {"omar@us.example"}
    number = scene.post()
    scene.drain(sink)
    sink.refuse = set()
    return number


def test_a_failed_notice_is_listed_with_its_reason(scene: Scene, sink: Sink) -> None:
    number = _fail(scene, sink)
    with scene.store.transaction() as session:
        (line,) = list_notices(session, state=NoticeState.FAILED)
    assert (line.id, line.recipient, line.escalation) == (number, "omar@us.example", f"ESC-{scene.esc}")
    assert line.note == "rcpt_550: 5.1.1 no such user"


def test_the_list_can_be_of_one_escalation(scene: Scene) -> None:
    number = scene.post()
    with scene.store.transaction() as session:
        assert [line.id for line in list_notices(session, escalation_id=scene.esc)] == [number]
        assert list_notices(session, escalation_id=scene.esc + 1) == []


def test_a_retried_notice_goes_out(scene: Scene, sink: Sink) -> None:
    number = _fail(scene, sink)
    with scene.store.transaction() as session:
        assert retry(session, number, scene.now)
    scene.drain(sink)
    assert len(sink.to("omar@us.example")) == 1


def test_a_sent_notice_is_not_retried(scene: Scene, sink: Sink) -> None:
    number = scene.post()
    scene.drain(sink)
    with scene.store.transaction() as session:
        assert not retry(session, number, scene.now)


def test_a_dropped_notice_is_not_sent(scene: Scene, sink: Sink) -> None:
    number = scene.post()
    with scene.store.transaction() as session:
        assert drop(session, number, "not needed")
        assert not drop(session, number, "again")
    scene.drain(sink)
    assert sink.taken == []
