"""Who gets what when: rights, blocks, snoozes, quiet hours, budgets and caps, judged at the moment of sending."""

from datetime import datetime, timedelta

from config.words import NoticeKind, NoticeState
from store.people import Person, Team
from store.recipients import note_bounce
from store.record import Escalation, Participant
from tests.alerts.scene import Scene, tuned
from tests.alerts.sink import Sink

NIGHT = timedelta(hours=12)
"""From the scene's 10:30 in Berlin to 22:30, inside quiet hours."""

ANSWER = {"lines": [], "comment_added": True, "undo": None, "ask": None, "in_reply_to": None}


def _snooze(scene: Scene, until: datetime) -> None:
    scene.update(Participant, (scene.esc, scene.omar), snoozed_until=until)


def _leave_team(scene: Scene) -> None:
    other = Team(name="Elsewhere")
    scene.change(lambda s: s.add(other))
    scene.update(Person, scene.omar, team_id=other.id)
    scene.change(lambda s: s.delete(s.get_one(Participant, (scene.esc, scene.omar))))


def test_who_lost_the_right_after_queueing_gets_nothing(scene: Scene, sink: Sink) -> None:
    number = scene.post()
    _leave_team(scene)
    scene.drain(sink)
    assert sink.taken == []
    assert scene.notice(number).state == NoticeState.DROPPED


def test_who_left_the_company_gets_nothing(scene: Scene, sink: Sink) -> None:
    number = scene.post()
    scene.update(Person, scene.omar, active=False)
    scene.drain(sink)
    assert (sink.taken, scene.notice(number).state) == ([], NoticeState.DROPPED)


def test_even_an_answer_needs_the_right(scene: Scene, sink: Sink) -> None:
    scene.post(NoticeKind.ANSWER, facts=ANSWER, evidence=())
    _leave_team(scene)
    scene.drain(sink)
    assert sink.taken == []


def test_a_blocked_address_gets_nothing_and_the_admin_is_told(scene: Scene, sink: Sink) -> None:
    scene.change(lambda s: note_bounce(s, "Omar@us.example", True, "5.1.1 unknown", scene.now))
    number = scene.post()
    scene.drain(sink)
    assert sink.recipients == ["ada@us.example"]
    assert scene.notice(number).state == NoticeState.FAILED


def test_a_reminder_of_something_resolved_is_dropped(scene: Scene, sink: Sink) -> None:
    number = scene.post(NoticeKind.NO_ANSWER)
    scene.update(Escalation, scene.esc, state="resolved")
    scene.drain(sink)
    assert scene.notice(number).state == NoticeState.DROPPED


def test_a_snooze_holds_a_reminder_until_it_ends(scene: Scene, sink: Sink) -> None:
    _snooze(scene, scene.now + timedelta(hours=2))
    scene.post(NoticeKind.NO_ANSWER)
    scene.drain(sink, later=timedelta(hours=1))
    assert sink.taken == []
    scene.drain(sink, later=timedelta(hours=2))
    assert len(sink.taken) == 1


def test_new_evidence_ends_a_snooze_and_wakes_what_waited(scene: Scene, sink: Sink) -> None:
    _snooze(scene, scene.now + timedelta(days=2))
    scene.post(NoticeKind.NO_ANSWER)
    scene.drain(sink)
    scene.post(NoticeKind.RISK_UP)
    scene.drain(sink)
    assert len(sink.taken) == 2
    with scene.store.transaction() as session:
        assert session.get_one(Participant, (scene.esc, scene.omar)).snoozed_until is None


def test_answers_and_mentions_are_never_snoozed(scene: Scene, sink: Sink) -> None:
    _snooze(scene, scene.now + timedelta(days=2))
    scene.post(NoticeKind.ANSWER, facts=ANSWER, evidence=())
    scene.post(NoticeKind.MENTION, facts={"text": "look", "by": "lena@us.example"}, evidence=())
    scene.drain(sink)
    assert len(sink.taken) == 2


def test_quiet_hours_hold_an_alert_until_morning(scene: Scene, sink: Sink) -> None:
    number = scene.post(at=scene.now + NIGHT)
    scene.drain(sink, later=NIGHT)
    assert sink.taken == []
    assert scene.notice(number).not_before.isoformat() == "2026-05-07T05:00:00+00:00"


def test_a_waiting_alert_counts_no_attempt(scene: Scene, sink: Sink) -> None:
    number = scene.post(at=scene.now + NIGHT)
    scene.drain(sink, later=NIGHT)
    assert scene.notice(number).attempts == 0


def test_named_kinds_break_through_the_night(scene: Scene, sink: Sink) -> None:
    scene.post(NoticeKind.PROMISE_MISSED, at=scene.now + NIGHT)
    scene.drain(sink, later=NIGHT)
    assert len(sink.taken) == 1


def test_a_critical_escalation_breaks_through_the_night(scene: Scene, sink: Sink) -> None:
    scene.update(Escalation, scene.esc, priority="critical")
    scene.post(at=scene.now + NIGHT)
    scene.drain(sink, later=NIGHT)
    assert len(sink.taken) == 1


def test_an_answer_comes_at_night(scene: Scene, sink: Sink) -> None:
    scene.post(NoticeKind.ANSWER, facts=ANSWER, evidence=(), at=scene.now + NIGHT)
    scene.drain(sink, later=NIGHT)
    assert len(sink.taken) == 1


def test_a_persons_own_quiet_hours_count(scene: Scene, sink: Sink) -> None:
    scene.update(Person, scene.omar, preferences={"quiet_from": "10:00", "quiet_until": "11:00"})
    scene.post()
    scene.drain(sink)
    assert sink.taken == []


def test_what_is_over_the_days_budget_is_held(scene: Scene, sink: Sink) -> None:
    numbers = [scene.post() for _ in range(4)]
    scene.drain(sink, tuned(daily_budget=3))
    states = [scene.notice(n).state for n in numbers]
    assert states == [NoticeState.SENT] * 3 + [NoticeState.HELD]


def test_the_budget_is_new_on_the_next_local_day(scene: Scene, sink: Sink) -> None:
    ctx = tuned(daily_budget=1)
    scene.post()
    scene.drain(sink, ctx)
    scene.post(at=scene.now + timedelta(days=1))
    scene.drain(sink, ctx, later=timedelta(days=1))
    assert len(sink.taken) == 2


def test_a_storm_on_a_person_ends_with_one_mail_that_says_why(scene: Scene, sink: Sink) -> None:
    for _ in range(8):
        scene.post(urgent=True)
    scene.drain(sink, tuned(cap_per_hour_person=3))
    assert len(sink.taken) == 4
    assert "I have gone quiet because" in " ".join(sink.taken[-1].text.split())


def test_a_storm_of_answers_stops_as_well(scene: Scene, sink: Sink) -> None:
    for _ in range(8):
        scene.post(NoticeKind.ANSWER, facts=ANSWER, evidence=())
    scene.drain(sink, tuned(cap_per_hour_total=3))
    assert len([t for t in sink.taken if "quiet" not in str(t.message["Subject"])]) == 3


def test_answers_take_no_room_from_alerts_and_alerts_none_from_answers(scene: Scene, sink: Sink) -> None:
    for _ in range(3):
        scene.post(NoticeKind.ANSWER, facts=ANSWER, evidence=())
        scene.post(urgent=True)
    scene.post(NoticeKind.ANSWER, facts=ANSWER, evidence=())
    scene.drain(sink, tuned(cap_per_hour_person=3, cap_per_hour_escalation=3))
    assert len(sink.taken) == 7


def test_a_storm_on_an_escalation_is_capped_over_all_people(scene: Scene, sink: Sink) -> None:
    for _ in range(3):
        scene.post(urgent=True)
        scene.post(person=scene.lena, urgent=True)
    scene.drain(sink, tuned(cap_per_hour_escalation=4))
    assert len([t for t in sink.taken if "quiet" not in str(t.message["Subject"])]) == 4


def test_over_the_cap_on_all_mail_notices_wait_and_are_not_lost(scene: Scene, sink: Sink) -> None:
    ctx = tuned(cap_per_hour_total=2)
    numbers = [scene.post(urgent=True), scene.post(person=scene.lena, urgent=True), scene.post(urgent=True)]
    scene.drain(sink, ctx)
    scene.drain(sink, ctx, later=timedelta(minutes=70))
    assert all(scene.notice(n).state == NoticeState.SENT for n in numbers)
    assert len(sink.to("ada@us.example")) == 1


def test_the_same_storm_is_told_once_a_day(scene: Scene, sink: Sink) -> None:
    ctx = tuned(cap_per_hour_person=2)
    for hours in range(3):
        for _ in range(4):
            scene.post(urgent=True, at=scene.now + timedelta(hours=2 * hours))
        scene.drain(sink, ctx, later=timedelta(hours=2 * hours))
    assert len(scene.notices(NoticeKind.QUIET)) == 1


def test_after_an_outage_the_budget_counts_what_is_in_the_queue(scene: Scene, sink: Sink) -> None:
    numbers = [scene.post() for _ in range(6)]
    ctx, hour = tuned(daily_budget=3), timedelta(hours=2)
    scene.drain(sink, ctx, later=hour)
    states = [scene.notice(n).state for n in numbers]
    assert states == [NoticeState.SENT, *[NoticeState.WAITING] * 2, *[NoticeState.HELD] * 3]
    for minutes in (1, 2):
        scene.drain(sink, ctx, later=hour + timedelta(minutes=minutes))
    assert len([t for t in sink.taken if "quiet" not in str(t.message["Subject"])]) == 3


def test_over_the_days_budget_one_mail_says_why_it_is_quiet(scene: Scene, sink: Sink) -> None:
    for _ in range(5):
        scene.post()
    scene.drain(sink, tuned(daily_budget=3))
    assert len(sink.taken) == 4
    text = " ".join(sink.taken[-1].text.split())
    assert "I have gone quiet because there would be more than 3 alerts to you today." in text
    assert "stands in your next digest, and I write again tomorrow" in text


def test_who_gets_no_digest_is_sent_to_the_escalations(scene: Scene, sink: Sink) -> None:
    for _ in range(2):
        scene.post(person=scene.lena)
    scene.drain(sink, tuned(daily_budget=1))
    assert "stands on the escalations, and I write again tomorrow" in " ".join(
        sink.to("lena@us.example")[-1].text.split()
    )
