"""Lists the outbox for people, and lets them retry or drop what is stuck in it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session

from config.words import NoticeState
from store.outbox import Notice
from store.people import Person
from store.recipients import unblock
from store.record import Escalation
from store.visibility import visible

UNSENT = (NoticeState.WAITING, NoticeState.FAILED, NoticeState.HELD)
"""What lies in the outbox; what was dropped or told in a digest no longer does."""


@dataclass(frozen=True)
class OutboxLine:
    """One notice as the command line shows it; `note` says why it waits, failed, is held or was dropped."""

    id: int
    kind: str
    escalation: str
    recipient: str
    state: str
    created_at: datetime
    not_before: datetime
    sent_at: datetime | None
    attempts: int
    repeats: int
    note: str


def list_notices(
    session: Session, viewer: Person | None, states: Collection[NoticeState] = UNSENT, limit: int = 1_000
) -> list[OutboxLine]:
    """The oldest notices first, without those about escalations that the viewer may not see (law 7); None sees all."""
    seen = true() if viewer is None else visible(viewer)
    query = (
        select(Notice, Person.email)
        .join(Person, Person.id == Notice.person_id)
        .outerjoin(Escalation, Escalation.id == Notice.escalation_id)
        .where(Notice.state.in_(states), or_(Notice.escalation_id.is_(None), seen))
    )
    return [_line(notice, email) for notice, email in session.execute(query.order_by(Notice.id).limit(limit))]


def retry(session: Session, notice_id: int, now: datetime) -> bool:
    """Send an unsent notice now, with the back-off and the address's block forgotten; a dropped one after all.

    The caller writes the audit row. False when it was sent, or is being sent: its deliverer's claim must stand.
    """
    notice = _free(session, notice_id, (*UNSENT, NoticeState.DROPPED), now)
    if notice is None:
        return False
    unblock(session, session.get_one(Person, notice.person_id).email)
    notice.state, notice.not_before, notice.attempts = NoticeState.WAITING, now, 0
    notice.claimed_until = notice.last_error = None
    return True


def drop(session: Session, notice_id: int, reason: str, now: datetime) -> bool:
    """Make sure that an unsent notice stays unsent; False when there is none such, or it is being sent."""
    notice = _free(session, notice_id, UNSENT, now)
    if notice is None:
        return False
    notice.state, notice.claimed_until, notice.last_error = NoticeState.DROPPED, None, reason
    return True


def _free(session: Session, notice_id: int, states: Collection[NoticeState], now: datetime) -> Notice | None:
    """The notice, locked, unless a deliverer has it in hand."""
    unclaimed = or_(Notice.claimed_until.is_(None), Notice.claimed_until <= now)
    query = select(Notice).where(Notice.id == notice_id, Notice.state.in_(states), unclaimed)
    return session.scalar(query.with_for_update())


def _line(notice: Notice, email: str) -> OutboxLine:
    return OutboxLine(
        id=notice.id,
        kind=notice.kind,
        escalation=f"ESC-{notice.escalation_id}" if notice.escalation_id else "",
        recipient=email,
        state=notice.state,
        created_at=notice.created_at,
        not_before=notice.not_before,
        sent_at=notice.sent_at,
        attempts=notice.attempts,
        repeats=notice.repeats,
        note=notice.last_error or "",
    )
