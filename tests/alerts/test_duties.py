"""Overdue duties are told with an answer for each, or in the digest only; an alert says what it means for the path."""

from datetime import timedelta
from typing import Any

from alerts.digest import open_due_digests
from config.recordwords import DutyState
from config.words import Channel, NoticeKind, NoticeState
from store import audit
from store.record import Escalation
from store.tasks import Duty
from tests.alerts.scene import CONTEXT, Scene
from tests.alerts.sink import Sink

TEXTS = ("Set up the channels", "Name the stakeholders", "Say who is responsible", "Confirm the severity")


def _duties(scene: Scene, count: int = 2) -> list[dict[str, Any]]:
    with scene.store.transaction() as session:
        session.get_one(Escalation, scene.esc).owner_id = scene.lena
        rows = [
            Duty(escalation_id=scene.esc, n=n, playbook="sev1", key=f"k{n}", text=text,
                 due_at=scene.now - timedelta(hours=1), made_at=scene.now - timedelta(days=1))
            for n, text in enumerate(TEXTS[:count], 4)
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        return [{"id": r.id, "n": r.n, "text": r.text, "due": r.due_at and r.due_at.isoformat()} for r in rows]


def _post(scene: Scene, tell: str = "at_once", person: int = 0, count: int = 2) -> int:
    facts = {"playbook": "Sev 1", "tell": tell, "risk": "It is high.", "duties": _duties(scene, count)}
    return scene.post(NoticeKind.DUTY_OVERDUE, person, facts=facts, evidence=())


def test_each_duty_has_an_answer_with_its_number(scene: Scene, sink: Sink) -> None:
    _post(scene)
    scene.drain(sink)
    (mail,) = sink.taken
    assert str(mail.message["Subject"]).endswith("Norvik Pumps: 2 duties are overdue")
    assert mail.text.startswith("2 duties of the Sev 1 playbook were due for Norvik Pumps and are\nnot done.")
    for answer in ("did 4:", "did 5:", "did 4, 5:", "skip 4:"):
        assert answer in mail.text


def test_one_duty_is_named_in_the_subject(scene: Scene, sink: Sink) -> None:
    _post(scene, count=1)
    scene.drain(sink)
    assert str(sink.taken[0].message["Subject"]).endswith("Norvik Pumps: Set up the channels is overdue")


def test_what_was_done_meanwhile_is_not_told(scene: Scene, sink: Sink) -> None:
    notice = _post(scene, count=1)
    with scene.store.transaction() as session:
        session.query(Duty).update({"state": DutyState.DONE})
    scene.drain(sink)
    assert (sink.taken, scene.notice(notice).state) == ([], NoticeState.DROPPED)


def test_a_weekly_one_waits_for_the_digest_which_even_an_agent_gets_by_it(scene: Scene, sink: Sink) -> None:
    notice = _post(scene, "digest", scene.lena)
    scene.drain(sink)
    assert (sink.taken, scene.notice(notice).state) == ([], NoticeState.HELD)
    with scene.store.transaction() as session:
        open_due_digests(session, CONTEXT, scene.now)
    scene.drain(sink)
    text = next(mail.text for mail in sink.taken if mail.recipient == "lena@us.example")
    assert "duty overdue" in text
    assert "Set up the channels; Name the stakeholders" in " ".join(text.split())


def test_the_digest_lists_what_is_overdue_in_one_line_an_escalation(scene: Scene, sink: Sink) -> None:
    _duties(scene, 4)
    scene.post(person=scene.ada, kind=NoticeKind.MENTION, facts={"text": "look", "by": "lena@us.example"})
    with scene.store.transaction() as session:
        session.get_one(Escalation, scene.esc).changed_at = scene.now
        change = audit.Change(
            f"ESC-{scene.esc}", scene.now, "lena@us.example", Channel.MAIL, "state", "open", "resolved"
        )
        audit.record(session, change)
        open_due_digests(session, CONTEXT, scene.now)
    scene.drain(sink)
    text = " ".join(next(m.text for m in sink.taken if "WHAT THE PLAYBOOKS ASK FOR" in m.text).split())
    assert f"ESC-{scene.esc} Norvik Pumps: 4 Set up the channels, 5 Name the stakeholders and 6 Say who" in text
    assert "and 1 more (overdue since" in text


def test_an_alert_that_raised_the_path_says_why(scene: Scene, sink: Sink) -> None:
    path = {"trigger": "Threat to cancel", "quote": "We will cancel.", "raised": True}
    scene.post(facts={"from": "low", "to": "high", "score": 0.7, "terms": [], "path": path})
    scene.drain(sink)
    said = "It is on path Sev 1 now, with its duties. Threat to cancel: “We will cancel.”"
    assert said in " ".join(sink.taken[0].text.split())
    assert "It is on path Sev 1 now" in sink.taken[0].html


def test_a_suggestion_comes_with_its_answer(scene: Scene, sink: Sink) -> None:
    path = {"trigger": "The customer is dissatisfied", "quote": "We are done.", "raised": False}
    scene.post(facts={"from": "low", "to": "high", "score": 0.7, "terms": [], "path": path})
    scene.drain(sink)
    assert "This may be a Sev 1. The customer is dissatisfied" in " ".join(sink.taken[0].text.split())
    assert "Raise it to Sev 1" in sink.taken[0].text
