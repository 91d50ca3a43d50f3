"""What bounces teach: a hard one blocks for 60 days, soft ones are only counted."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store.outbox import RecipientHealth
from store.recipients import blocked_until, is_blocked, note_bounce, unblock

WHO = "omar@us.example"


def test_nobody_is_blocked_to_begin_with(session: Session, now: datetime) -> None:
    assert not is_blocked(session, WHO, now)


def test_a_hard_bounce_blocks_for_60_days(session: Session, now: datetime) -> None:
    note_bounce(session, WHO, True, "5.1.1", now)
    assert blocked_until(session, WHO.upper(), now) == now + timedelta(days=60)
    assert not is_blocked(session, WHO, now + timedelta(days=60))


def test_soft_bounces_are_counted_and_never_block_or_unblock(session: Session, now: datetime) -> None:
    note_bounce(session, WHO, True, "5.1.1", now)
    for _ in range(2):
        note_bounce(session, WHO, False, "4.2.2 full", now)
    health = session.get_one(RecipientHealth, WHO)
    assert (health.hard_bounces, health.soft_bounces, is_blocked(session, WHO, now)) == (1, 2, True)


def test_a_hostile_reason_is_stored_clean(session: Session, now: datetime) -> None:
    note_bounce(session, WHO, False, "a\0b\ud800" + "x" * 9000, now)
    reason = session.get_one(RecipientHealth, WHO).last_reason
    assert reason is not None
    assert reason.startswith("a b x")
    assert len(reason) == 300


def test_an_admin_can_unblock(session: Session, now: datetime) -> None:
    note_bounce(session, WHO, True, "5.1.1", now)
    assert unblock(session, WHO)
    assert not is_blocked(session, WHO, now)
    assert not unblock(session, "nobody@us.example")
