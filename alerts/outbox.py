"""Lists the outbox for people, and lets them retry or drop what is stuck in it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.words import NoticeState
from store.outbox import Notice
from store.people import Person
from store.recipients import unblock

STUCK = (NoticeState.FAILED, NoticeState.HELD, NoticeState.DROPPED)


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
    session: Session, *, state: NoticeState | None = None, escalation_id: int | None = None, limit: int = 100
) -> list[OutboxLine]:
    """The newest notices first; all states, or one."""
    query = select(Notice, Person.email).join(Person, Person.id == Notice.person_id)
    if state is not None:
        query = query.where(Notice.state == state)
    if escalation_id is not None:
        query = query.where(Notice.escalation_id == escalation_id)
    return [_line(notice, email) for notice, email in session.execute(query.order_by(Notice.id.desc()).limit(limit))]


def counts(session: Session) -> dict[str, int]:
    """How many notices stand in each state, for status pages and metrics."""
    return dict(session.execute(select(Notice.state, func.count()).group_by(Notice.state)).all())


def retry(session: Session, notice_id: int, now: datetime) -> bool:
    """Send a failed, held or dropped notice after all, with the back-off and the address's block forgotten.

    The caller writes the audit row. False when there is no such notice in one of these states.
    """
    notice = _stuck(session, notice_id, STUCK)
    if notice is None:
        return False
    unblock(session, session.get_one(Person, notice.person_id).email)
    notice.state, notice.not_before, notice.attempts = NoticeState.WAITING, now, 0
    notice.claimed_until = notice.last_error = None
    return True


def drop(session: Session, notice_id: int, reason: str) -> bool:
    """Make sure that a waiting, failed or held notice is not sent; False when there is none such."""
    notice = _stuck(session, notice_id, (NoticeState.WAITING, NoticeState.FAILED, NoticeState.HELD))
    if notice is None:
        return False
    notice.state, notice.claimed_until, notice.last_error = NoticeState.DROPPED, None, reason
    return True


def _stuck(session: Session, notice_id: int, states: tuple[NoticeState, ...]) -> Notice | None:
    query = select(Notice).where(Notice.id == notice_id, Notice.state.in_(states))
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
