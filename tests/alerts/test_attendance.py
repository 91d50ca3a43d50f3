"""Mail that the roster makes needless is not sent: rungs that were answered, people whom somebody stands in for."""

from datetime import timedelta

from sqlalchemy import update

from alerts.digest import open_due_digests
from config.words import NoticeKind, NoticeState
from store.outbox import Notice
from store.record import Escalation
from store.roster import Absence, Assignment, Rung
from tests.alerts.scene import CONTEXT, Scene
from tests.alerts.sink import Sink

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def _away(scene: Scene, *people: int, days: int = 5) -> None:
    for person in people:
        absence = Absence(
            person_id=person, since=scene.now - DAY, until=scene.now + days * DAY, quote="", set_by="auto-reply"
        )
        scene.change(lambda s, made=absence: s.add(made))  # type: ignore[misc]


def _rung(scene: Scene, person: int, *, told: int = 1, due: timedelta = 4 * HOUR) -> int:
    made = Rung(
        escalation_id=scene.esc, rung=0, name="frontline", person_id=person, since=scene.now - 2 * DAY,
        half_at=scene.now - DAY, most_at=scene.now + HOUR, due_at=scene.now + due, told=told,
    )  # fmt: skip
    scene.change(lambda s: s.add(made))
    return made.id


def test_alerts_to_somebody_away_wait_while_another_is_there(scene: Scene, sink: Sink) -> None:
    _away(scene, scene.lena)
    notice = scene.post(person=scene.lena)
    scene.drain(sink)
    assert sink.to("lena@us.example") == []
    assert scene.notice(notice).state == NoticeState.HELD


def test_they_go_out_when_everybody_is_away(scene: Scene, sink: Sink) -> None:
    _away(scene, scene.lena, scene.omar)
    scene.post(person=scene.lena)
    scene.drain(sink)
    assert len(sink.to("lena@us.example")) == 1


def test_an_answer_to_somebody_away_is_sent(scene: Scene, sink: Sink) -> None:
    _away(scene, scene.lena)
    scene.post(NoticeKind.ANSWER, scene.lena, facts={"lines": []})
    scene.drain(sink)
    assert len(sink.to("lena@us.example")) == 1


def test_one_digest_tells_it_all_at_the_return(scene: Scene, sink: Sink) -> None:
    _away(scene, scene.lena, days=2)
    scene.post(person=scene.lena)
    scene.drain(sink)
    made = []
    for days in (0, 1, 2):
        with scene.store.transaction() as session:
            made.append(open_due_digests(session, CONTEXT, scene.now + days * DAY + HOUR))
    assert made[:2] == [0, 0]
    scene.drain(sink, later=2 * DAY + 2 * HOUR)
    assert "1 alert held back" in str(sink.to("lena@us.example")[0].message["Subject"])


def test_a_warning_that_was_overtaken_is_dropped(scene: Scene, sink: Sink) -> None:
    rung = _rung(scene, scene.omar)
    notice = scene.post(NoticeKind.ANSWER_DUE, facts={"rung_id": rung})
    scene.update(Rung, rung, ended_at=scene.now)
    scene.drain(sink)
    assert (sink.taken, scene.notice(notice).state) == ([], NoticeState.DROPPED)


def test_a_climb_to_what_was_acknowledged_is_dropped(scene: Scene, sink: Sink) -> None:
    notice = scene.post(NoticeKind.CLIMBED, facts={"rung_id": _rung(scene, scene.omar)})
    scene.update(Escalation, scene.esc, state="acknowledged")
    scene.drain(sink)
    assert scene.notice(notice).state == NoticeState.DROPPED


def _digest(scene: Scene, sink: Sink, who: str) -> str:
    scene.update(Escalation, scene.esc, changed_at=scene.now)
    scene.post(person=scene.omar, at=scene.now - HOUR)
    scene.change(lambda s: s.execute(update(Notice).values(state=NoticeState.HELD)))
    with scene.store.transaction() as session:
        open_due_digests(session, CONTEXT, scene.now)
    scene.drain(sink)
    return " ".join(sink.to(who)[0].text.split())


def test_the_digest_names_what_the_reader_is_asked_for(scene: Scene, sink: Sink) -> None:
    _rung(scene, scene.omar)
    assert f"ESC-{scene.esc} Norvik Pumps: your answer is asked for until" in _digest(scene, sink, "omar@us.example")


def test_the_digest_tells_managers_of_ladders_at_their_end(scene: Scene, sink: Sink) -> None:
    _rung(scene, scene.lena, told=3, due=-HOUR)
    assert "Lena Vogt was asked until" in _digest(scene, sink, "omar@us.example")


def test_the_digest_lists_overrides_for_managers(scene: Scene, sink: Sink) -> None:
    scene.change(
        lambda s: s.add(
            Assignment(
                escalation_id=scene.esc, category="services", person_id=scene.lena, state="overridden", terms={},
                at=scene.now, override_id=scene.ada, override_by=scene.omar, override_at=scene.now, reason="she knows",
            )
        )
    )  # fmt: skip
    said = _digest(scene, sink, "omar@us.example")
    assert "Ada Okoye has it instead of Lena Vogt, whom the matrix names (she knows)" in said


def test_somebody_back_gets_alerts_again(scene: Scene, sink: Sink) -> None:
    _away(scene, scene.lena)
    scene.change(lambda s: s.execute(update(Absence).values(ended_at=scene.now - HOUR)))
    scene.post(person=scene.lena)
    scene.drain(sink)
    assert len(sink.to("lena@us.example")) == 1
