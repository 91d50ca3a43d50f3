"""The ladder: who is asked is warned, the next one is asked when nobody answers, and an answer ends it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from config.words import Direction, MailKind, NoticeKind, State
from signals.business import add_business
from store.mail import Conversation, Message, RawMail
from store.outbox import Notice
from store.record import Participant
from store.roster import Rung
from tests.workflow.desk import Desk
from tests.workflow.rota import context, says
from workflow.calendars import owner_calendar
from workflow.climb import rungs_of
from workflow.joining import merge
from workflow.ladder import keep_ladder, ladder_at
from workflow.record import move_state, set_owner, set_path
from workflow.unanswered import tell_unacknowledged

CTX = context()


def _at(desk: Desk, hours: float) -> datetime:
    """So many business hours of the owner after the opening, and a moment."""
    return add_business(owner_calendar(desk.session, desk.esc), desk.now, hours) + timedelta(seconds=1)


def _sweep(desk: Desk, *hours: float) -> None:
    keep_ladder(desk.session, CTX, desk.now)
    for each in hours:
        keep_ladder(desk.session, CTX, _at(desk, each))
        tell_unacknowledged(desk.session, CTX, _at(desk, each))


def _told(desk: Desk) -> list[tuple[str, int]]:
    rows = select(Notice.kind, Notice.person_id).where(Notice.escalation_id == desk.esc.id).order_by(Notice.id)
    return [(kind, person) for kind, person in desk.session.execute(rows)]


def _ladder(desk: Desk) -> list[tuple[str, int | None, str]]:
    return [(rung.name, rung.person_id, rung.ended_why) for rung in rungs_of(desk.session, desk.esc)]


def test_the_owner_is_asked_first(desk: Desk) -> None:
    _sweep(desk)
    assert _ladder(desk) == [("frontline", desk.lena.id, "")]
    assert _told(desk) == []


def test_the_owner_is_warned_at_three_quarters_of_the_time_once(desk: Desk) -> None:
    _sweep(desk, 29, 30, 31, 35)
    assert _told(desk) == [(NoticeKind.ANSWER_DUE, desk.lena.id)]


def test_half_of_the_time_is_an_alert_only_where_the_matrix_says_so(desk: Desk) -> None:
    set_path(desk.session, desk.by(desk.mona), desk.esc, 1)  # four hours
    _sweep(desk, 2)
    rows = desk.session.scalars(select(Notice).where(Notice.kind == NoticeKind.ANSWER_DUE)).all()
    assert [(row.person_id, row.facts["share"], row.facts["next"]) for row in rows] == [
        (desk.lena.id, 50, "Mona Adler")
    ]


def test_a_raise_to_sev_1_shortens_the_time_of_who_is_asked_from_then_on(desk: Desk) -> None:
    _sweep(desk, 10)
    set_path(desk.session, desk.by(desk.mona), desk.esc, 1)  # four hours instead of forty
    for each in (11, 14.9):
        keep_ladder(desk.session, CTX, _at(desk, each))
    assert [name for name, _, why in _ladder(desk) if not why] == ["frontline"]
    keep_ladder(desk.session, CTX, _at(desk, 15.1))
    assert [name for name, _, why in _ladder(desk) if not why] == ["manager"]


def test_time_once_given_does_not_grow_when_it_is_calmer_again(desk: Desk) -> None:
    set_path(desk.session, desk.by(desk.mona), desk.esc, 1)
    _sweep(desk)
    set_path(desk.session, desk.by(desk.mona), desk.esc, 2)
    _sweep(desk, 1, 4.1)
    assert [name for name, _, why in _ladder(desk) if not why] == ["manager"]


def test_of_two_steps_at_once_only_the_later_is_told(desk: Desk) -> None:
    set_path(desk.session, desk.by(desk.mona), desk.esc, 1)
    _sweep(desk, 3.5)
    rows = desk.session.scalars(select(Notice).where(Notice.kind == NoticeKind.ANSWER_DUE)).all()
    assert [row.facts["share"] for row in rows] == [75]


def test_the_next_one_takes_part_and_reads_who_was_asked(desk: Desk) -> None:
    _sweep(desk, 30, 40)
    assert _ladder(desk) == [("frontline", desk.lena.id, "no answer in time"), ("manager", desk.mona.id, "")]
    assert desk.session.get(Participant, (desk.esc.id, desk.mona.id)) is not None
    notice = desk.session.scalars(select(Notice).where(Notice.kind == NoticeKind.CLIMBED)).one()
    assert notice.person_id == desk.mona.id
    assert [(each["name"], each["hours"]) for each in notice.facts["asked"]] == [("Lena Vogt", 40.0)]


def test_a_climb_is_in_the_audit(desk: Desk) -> None:
    _sweep(desk, 40)
    assert desk.audit("ladder") == [("frontline", "manager")]


def test_the_ladder_takes_the_place_of_the_reminder(desk: Desk) -> None:
    _sweep(desk, 30, 40, 41, 80, 120)
    assert _told(desk) == [(NoticeKind.ANSWER_DUE, desk.lena.id), (NoticeKind.CLIMBED, desk.mona.id)]


def test_without_a_ladder_the_reminder_stays(desk: Desk) -> None:
    tell_unacknowledged(desk.session, replace(CTX, matrix=None), _at(desk, 41))
    assert [kind for kind, _ in _told(desk)] == [NoticeKind.NO_ANSWER]


def test_the_only_one_on_the_ladder_is_reminded_once(desk: Desk) -> None:
    set_owner(desk.session, desk.by(desk.mona), desk.esc, desk.mona.id)
    _sweep(desk, 30, 40, 80)
    assert _told(desk) == [(NoticeKind.ANSWER_DUE, desk.mona.id)]


def test_acknowledging_ends_it(desk: Desk) -> None:
    _sweep(desk)
    move_state(desk.session, desk.by(), desk.esc, State.ACKNOWLEDGED)
    _sweep(desk, 30, 40)
    assert _ladder(desk) == [("frontline", desk.lena.id, "it was acknowledged")]
    assert _told(desk) == []


def test_any_command_of_who_was_asked_is_an_answer(desk: Desk) -> None:
    _sweep(desk)
    says(desk, "priority high", desk.lena, CTX, desk.now + timedelta(minutes=5))
    _sweep(desk, 30, 40)
    assert _ladder(desk) == [("frontline", desk.lena.id, "who was asked acted")]


def test_a_refused_command_is_no_answer(desk: Desk) -> None:
    _sweep(desk)
    says(desk, "close", desk.lena, CTX, desk.now + timedelta(minutes=5))
    _sweep(desk, 30)
    assert _told(desk) == [(NoticeKind.ANSWER_DUE, desk.lena.id)]


def test_somebody_else_is_no_answer(desk: Desk) -> None:
    _sweep(desk)
    says(desk, "priority high", desk.bob, CTX, desk.now + timedelta(minutes=5))
    _sweep(desk, 40)
    assert _ladder(desk)[-1] == ("manager", desk.mona.id, "")


def test_a_mail_to_the_customer_is_an_answer(desk: Desk) -> None:
    _sweep(desk)
    conversation = desk.session.scalars(select(Conversation.id).where(Conversation.escalation_id == desk.esc.id)).one()
    raw = RawMail(sha256=b"k", body=b"", size=0, received_at=desk.now, kept_at=desk.now)
    desk.session.add(raw)
    desk.session.flush()
    desk.session.add(
        Message(
            conversation_id=conversation, raw_mail_id=raw.id,
            content_key=b"k", message_id="<1@x>", message_id_hash=b"",
            kind=MailKind.COLLEAGUE, direction=Direction.OUT, from_address="help@us.example", from_name="", subject="",
            to_addresses=[], cc_addresses=[], sent_at=_at(desk, 5), received_at=_at(desk, 5), new_text="", reading={},
            reading_version="",
        )
    )  # fmt: skip
    desk.session.flush()
    _sweep(desk, 40)
    assert _ladder(desk) == [("frontline", desk.lena.id, "the customer was answered")]


def test_a_new_owner_is_asked_anew_from_when_it_was_given_to_them(desk: Desk) -> None:
    _sweep(desk)
    given = replace(desk.by(desk.mona), now=_at(desk, 20))
    set_owner(desk.session, given, desk.esc, desk.bob.id)
    _sweep(desk, 31)
    assert _ladder(desk) == [("frontline", desk.lena.id, "it went to another owner"), ("frontline", desk.bob.id, "")]
    assert rungs_of(desk.session, desk.esc)[-1].since == given.now


def test_who_takes_it_has_answered(desk: Desk) -> None:
    _sweep(desk)
    says(desk, "own", desk.bob, CTX, desk.now + timedelta(minutes=5))
    _sweep(desk, 40)
    assert _ladder(desk) == [("frontline", desk.lena.id, "who was asked acted")]


def test_a_reopened_one_is_asked_for_again(desk: Desk) -> None:
    _sweep(desk)
    for to, reason in ((State.ACKNOWLEDGED, None), (State.RESOLVED, None), (State.OPEN, "it is back")):
        move_state(desk.session, replace(desk.by(), now=_at(desk, 10), reason=reason), desk.esc, to)
    _sweep(desk, 10.1)
    assert [rung.since for rung in rungs_of(desk.session, desk.esc)] == [_at(desk, 10)]


def test_a_merged_one_is_not_asked_for(desk: Desk) -> None:
    _sweep(desk)
    merge(desk.session, desk.by(), desk.esc, desk.opened())
    _sweep(desk, 40)
    assert _ladder(desk) == [("frontline", desk.lena.id, "it was merged into another")]


def test_one_found_long_after_its_opening_runs_from_then_on(desk: Desk) -> None:
    keep_ladder(desk.session, CTX, _at(desk, 200))
    assert desk.session.scalars(select(Rung.since)).all() == [_at(desk, 200)]
    assert _told(desk) == []


def test_a_backfill_asks_nobody(desk: Desk) -> None:
    keep_ladder(desk.session, replace(CTX, silent=True), _at(desk, 1))
    assert _ladder(desk) == []


@pytest.mark.parametrize("hours", [0, 40])
def test_the_clock_is_told_the_next_moments(desk: Desk, hours: float) -> None:
    _sweep(desk, *([hours] if hours else []))
    after = _at(desk, hours) if hours else desk.now
    expected = {20.0, 30.0, 40.0} if not hours else {60.0, 70.0, 80.0}
    moments = [round((at - _at(desk, each)).total_seconds()) for at, each in zip(
        ladder_at(desk.session, CTX, after), sorted(expected), strict=True)]  # fmt: skip
    assert all(abs(each) <= 2 for each in moments)
