"""What is stuck in the outbox can be seen, retried and dropped."""

from datetime import timedelta

from alerts.lease import LEASE, claim_one
from alerts.outbox import OutboxLine, drop, list_notices, retry
from config.words import NoticeKind, Role
from store.people import Person
from store.recipients import note_bounce
from tests.alerts.scene import Scene
from tests.alerts.sink import Sink


def _fail(scene: Scene, sink: Sink) -> int:
    sink.refuse = {"omar@us.example"}
    number = scene.post()
    scene.drain(sink)
    sink.refuse = set()
    return number


def _listed(scene: Scene, person: int) -> list[OutboxLine]:
    with scene.store.transaction() as session:
        return list_notices(session, session.get_one(Person, person))


def test_a_failed_notice_is_listed_with_its_reason(scene: Scene, sink: Sink) -> None:
    number = _fail(scene, sink)
    line = next(line for line in _listed(scene, scene.ada) if line.id == number)
    assert (line.recipient, line.escalation) == ("omar@us.example", f"ESC-{scene.esc}")
    assert line.note == "rcpt_550: the server refused the recipient (SMTP 550 5.1.1)"


def test_notices_of_what_one_may_not_see_are_not_listed(scene: Scene) -> None:
    about, service = scene.post(), scene.post(NoticeKind.ADMIN, escalation_id=None)
    with scene.store.transaction() as session:
        stranger = Person(name="Stan", email="stan@us.example", handle="stan", role=Role.AGENT)
        session.add(stranger)
        session.flush()
    assert [line.id for line in _listed(scene, stranger.id)] == [service]
    assert [line.id for line in _listed(scene, scene.omar)] == [about, service]


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


def test_a_retry_lifts_the_block_of_a_bounced_address(scene: Scene, sink: Sink) -> None:
    number = scene.post()
    scene.change(lambda session: note_bounce(session, "omar@us.example", True, "gone", scene.now))
    scene.drain(sink)
    assert scene.notice(number).state == "failed"
    scene.change(lambda session: retry(session, number, scene.now))
    scene.drain(sink)
    assert len(sink.to("omar@us.example")) == 1


def test_a_notice_in_a_deliverers_hands_is_left_alone(scene: Scene) -> None:
    number = scene.post()
    assert claim_one(scene.store, scene.now) is not None
    with scene.store.transaction() as session:
        assert not retry(session, number, scene.now)
        assert not drop(session, number, "not needed", scene.now)
        assert retry(session, number, scene.now + LEASE + timedelta(seconds=1))


def test_a_dropped_notice_is_not_sent(scene: Scene, sink: Sink) -> None:
    number = scene.post()
    with scene.store.transaction() as session:
        assert drop(session, number, "not needed", scene.now)
        assert not drop(session, number, "again", scene.now)
    scene.drain(sink)
    assert sink.taken == []
