"""Each notice becomes one mail, to one person, whatever the others do."""

from datetime import timedelta

from alerts.deliver import deliver_one
from config.words import NoticeKind, NoticeState
from store.outbox import Notice
from store.people import Person
from store.record import Escalation
from tests.alerts.scene import CONTEXT, QUOTE, Scene, sender_for
from tests.alerts.sink import Sink

DAY = timedelta(days=1)


def test_one_notice_makes_one_mail(scene: Scene, sink: Sink) -> None:
    notice = scene.notice(scene.post())
    scene.drain(sink)
    scene.drain(sink, later=DAY)
    assert [(t.recipient, t.message_id) for t in sink.taken] == [("omar@us.example", notice.message_id)]


def test_a_sent_notice_is_marked_with_the_time(scene: Scene, sink: Sink) -> None:
    number = scene.post()
    scene.drain(sink)
    notice = scene.notice(number)
    assert (notice.state, notice.sent_at, notice.attempts, notice.repeats) == (NoticeState.SENT, scene.now, 1, 0)


def test_nothing_due_does_not_even_connect(scene: Scene, sink: Sink) -> None:
    assert not deliver_one(scene.store, sender_for(sink), CONTEXT, scene.now)
    assert sink.connections == 0


def test_a_burst_goes_over_one_connection(scene: Scene, sink: Sink) -> None:
    for _ in range(4):
        scene.post()
    scene.drain(sink)
    assert (len(sink.taken), sink.connections) == (4, 1)


def test_urgent_notices_go_first(scene: Scene, sink: Sink) -> None:
    scene.post()
    urgent = scene.notice(scene.post(urgent=True))
    scene.drain(sink)
    assert sink.taken[0].message_id == urgent.message_id


def test_the_mail_quotes_the_evidence_and_says_why(scene: Scene, sink: Sink) -> None:
    scene.post()
    scene.drain(sink)
    flat = " ".join(sink.taken[0].text.split())
    assert QUOTE in flat
    assert "You get this because you manage Support." in flat


def test_an_unreachable_server_uses_up_no_attempt(scene: Scene, sink: Sink) -> None:
    number = scene.post()
    sender = sender_for(sink, port=1)
    assert not deliver_one(scene.store, sender, CONTEXT, scene.now)
    assert scene.notice(number).attempts == 0


def test_one_bad_notice_never_stops_the_others(scene: Scene, sink: Sink) -> None:
    bad = scene.post(facts={"evidence": [{"quote": 1, "sent_at": {}}, 7]})
    good = scene.post()
    scene.drain(sink)
    assert scene.notice(bad).state == NoticeState.FAILED
    assert scene.notice(good).state == NoticeState.SENT


def test_a_notice_that_kills_its_process_is_given_up(scene: Scene, sink: Sink) -> None:
    number = scene.post()
    scene.update(Notice, number, attempts=3, phase="composing")
    scene.drain(sink)
    assert scene.notice(number).state == NoticeState.FAILED


def test_an_unusable_address_fails_only_its_own_notice(scene: Scene, sink: Sink) -> None:
    scene.update(Person, scene.omar, email="omar@us.example\r\nBcc: v@x.example")
    bad, good = scene.post(), scene.post(person=scene.lena)
    scene.drain(sink)
    assert (scene.notice(bad).state, scene.notice(good).state) == (NoticeState.FAILED, NoticeState.SENT)


def test_a_second_mail_threads_under_the_first(scene: Scene, sink: Sink) -> None:
    scene.post(NoticeKind.NEW_ESCALATION)
    scene.drain(sink)
    scene.post()
    scene.drain(sink, later=timedelta(minutes=5))
    first, second = sink.taken
    assert second.message["References"] == second.message["In-Reply-To"] == first.message_id


def test_an_answer_threads_under_the_command_mail(scene: Scene, sink: Sink) -> None:
    facts = {"lines": [], "comment_added": True, "undo": None, "ask": None, "in_reply_to": "<cmd@phone.example>"}
    scene.post(NoticeKind.ANSWER, facts=facts, evidence=())
    scene.drain(sink)
    message = sink.taken[0].message
    assert (message["In-Reply-To"], message["Auto-Submitted"]) == ("<cmd@phone.example>", "auto-replied")


def test_a_hostile_id_of_a_command_mail_is_left_out(scene: Scene, sink: Sink) -> None:
    facts = {"lines": [], "comment_added": True, "undo": None, "ask": None, "in_reply_to": "<a\r\nBcc: x@y>"}
    scene.post(NoticeKind.ANSWER, facts=facts, evidence=())
    scene.drain(sink)
    assert sink.taken[0].message["In-Reply-To"] is None


def test_a_delayed_alert_says_when_it_was_raised(scene: Scene, sink: Sink) -> None:
    scene.post()
    scene.drain(sink, later=timedelta(hours=3))
    assert "This was raised on Wed 6 May, 10:30" in " ".join(sink.taken[0].text.split())


def test_a_closed_escalation_offers_no_answers(scene: Scene, sink: Sink) -> None:
    scene.update(Escalation, scene.esc, state="closed")
    scene.post()
    scene.drain(sink)
    assert "mailto:" not in sink.taken[0].html
