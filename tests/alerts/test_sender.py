"""The sender says how far a mail came; the deliverer draws the right conclusion (F13 to F17)."""

from datetime import timedelta

import pytest

from alerts.deliver import deliver_one
from alerts.errors import AlertError
from alerts.sender import refuse_open_plain
from config.settings import Security, Smtp
from config.words import NoticeKind, NoticeState
from tests.alerts.scene import CONTEXT, Scene, sender_for, tuned
from tests.alerts.sink import Sink

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        ("mail", "451 4.3.0 later"),
        ("mail", "421 4.3.2 closing"),
        ("rcpt", "450 4.2.1 busy"),
        ("rcpt", "close"),
        ("dot", "451 4.7.1 greylisted"),
        ("dot", "421 4.3.2 closing"),
    ],
)
def test_a_temporary_refusal_is_retried_and_makes_one_mail(scene: Scene, sink: Sink, where: str, answer: str) -> None:
    sink.faults = [(where, answer)]
    number = scene.post()
    scene.drain(sink)
    assert sink.taken == []
    scene.drain(sink, later=MINUTE)
    assert len(sink.taken) == 1
    assert scene.notice(number).repeats == 0


def test_retries_come_after_1_5_15_and_60_minutes_then_hourly(scene: Scene, sink: Sink) -> None:
    sink.faults = [("rcpt", "450 busy")] * 6
    number, later = scene.post(urgent=True), timedelta()
    pauses = []
    for _ in range(6):
        scene.drain(sink, later=later)
        pause = scene.notice(number).not_before - scene.now - later
        pauses.append(pause // MINUTE)
        later += pause
    assert pauses == [1, 5, 15, 60, 60, 60]


def test_a_notice_is_given_up_after_48_hours_of_retries(scene: Scene, sink: Sink) -> None:
    sink.faults = [("rcpt", "450 busy")] * 60
    number, later = scene.post(urgent=True), timedelta()
    while scene.notice(number).state == NoticeState.WAITING:
        later = scene.notice(number).not_before - scene.now
        scene.drain(sink, later=later)
    assert timedelta(hours=46) < later < timedelta(hours=49)


@pytest.mark.parametrize("where", ["mail", "rcpt", "dot"])
def test_a_permanent_refusal_is_final(scene: Scene, sink: Sink, where: str) -> None:
    sink.faults = [(where, "550 5.7.1 no")]
    number = scene.post()
    scene.drain(sink)
    scene.drain(sink, later=timedelta(days=2))
    notice = scene.notice(number)
    assert (notice.state, notice.attempts) == (NoticeState.FAILED, 1)
    assert "omar@us.example" not in sink.recipients


def test_the_admins_are_told_once_of_a_dead_address(scene: Scene, sink: Sink) -> None:
    sink.refuse = {"omar@us.example"}
    for _ in range(3):
        scene.post()
    scene.drain(sink)
    assert sink.recipients == ["ada@us.example"]
    assert "could not be delivered" in sink.taken[0].message["Subject"]


def test_one_bad_recipient_does_not_delay_the_others(scene: Scene, sink: Sink) -> None:
    sink.refuse = {"omar@us.example"}
    scene.post()
    scene.post(person=scene.lena)
    scene.drain(sink)
    assert len(sink.to("lena@us.example")) == 1


def test_a_mail_taken_without_an_answer_is_sent_again_with_the_same_id_and_counted(scene: Scene, sink: Sink) -> None:
    sink.faults = [("dot", "take and close")]
    number = scene.post()
    scene.drain(sink)
    assert scene.notice(number).phase == "after_dot"
    scene.drain(sink, later=MINUTE)
    assert list(sink.ids.values()) == [2]
    assert scene.notice(number).repeats == 1


def test_a_server_that_never_answers_gets_three_copies_at_most(scene: Scene, sink: Sink) -> None:
    sink.faults = [("dot", "take and close")] * 9
    number = scene.post(urgent=True)
    for hours in range(9):
        scene.drain(sink, later=timedelta(hours=hours))
    assert len(sink.to("omar@us.example")) == 3
    assert scene.notice(number).state == NoticeState.FAILED


def test_a_clear_refusal_does_not_unsay_an_earlier_copy(scene: Scene, sink: Sink) -> None:
    sink.faults = [("dot", "take and close"), ("rcpt", "450 busy")]
    number = scene.post()
    for minutes in (0, 1, 10):
        scene.drain(sink, later=minutes * MINUTE)
    assert scene.notice(number).repeats == 1


def test_a_slow_server_gets_the_mail_once(scene: Scene, sink: Sink) -> None:
    sink.faults = [("dot", "slow")]
    scene.post()
    scene.drain(sink)
    assert len(sink.taken) == 1


def test_a_stale_connection_is_made_anew(scene: Scene, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.sender.STALE_SECONDS", 0)
    sender = sender_for(sink)
    for _ in range(2):
        scene.post()
        deliver_one(scene.store, sender, CONTEXT, scene.now)
        sink.hang_up()
    sender.close()
    assert (len(sink.taken), sink.connections) == (2, 2)


def test_plain_to_another_host_is_refused_with_the_cure() -> None:
    with pytest.raises(AlertError, match="starttls"):
        refuse_open_plain(Smtp(host="mail.us.example", security=Security.PLAIN))


def test_starttls_never_falls_back_to_clear_text(scene: Scene, sink: Sink) -> None:
    trouble = sender_for(sink, security=Security.STARTTLS).open(scene.now)
    assert trouble is not None
    assert (trouble.permanent, trouble.reason) == (False, "not_supported")


def test_everything_waits_out_a_dead_server_and_then_goes_out_paced(scene: Scene, sink: Sink) -> None:
    for _ in range(5):
        scene.post(urgent=True)
    for minutes in range(24 * 60, 24 * 60 + 6):
        scene.drain(sink, tuned(), later=minutes * MINUTE)
        assert len(sink.taken) <= minutes - 24 * 60 + 1
    assert len(sink.ids) == 5


def test_answers_are_not_paced(scene: Scene, sink: Sink) -> None:
    facts = {"lines": [], "comment_added": True, "undo": None, "ask": None, "in_reply_to": None}
    for _ in range(2):
        scene.post(NoticeKind.ANSWER, facts=facts, evidence=())
    scene.drain(sink, later=timedelta(hours=2))
    assert len(sink.taken) == 2
