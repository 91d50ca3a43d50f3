"""Lists what we owe: promises that wait for their time or ran out, within what the asking person may see."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from config.words import PromiseState, Role, State
from store.mail import Conversation, Message
from store.people import Account, Person
from store.record import Escalation
from store.risk import Promise
from store.visibility import visible

STILL_OWED = timedelta(days=14)
"""So long a missed promise that nothing came for is listed; later it is history."""

_OVER = (State.RESOLVED, State.CLOSED)


@dataclass(frozen=True)
class Wanted:
    """What to list; None leaves a field free. Without `states` it is what is still owed: pending, and missed lately."""

    account: str | None = None
    team_id: int | None = None
    made_by: str | None = None
    states: tuple[PromiseState, ...] = ()
    until: datetime | None = None
    limit: int = 1_000


@dataclass(frozen=True)
class Owed:
    """One promise. `standing` is overdue, today (within 24 hours), open, or for what is settled its state."""

    id: int
    standing: str
    due_at: datetime | None
    quote: str
    account: str | None
    to: str | None
    made_by: str
    made_at: datetime
    state: str
    kind: str
    assumed: bool
    ambiguous: bool
    escalation: str | None
    conversation_id: int | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: times as ISO 8601."""
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(self).items()}


_ESCALATION = func.coalesce(Promise.escalation_id, Conversation.escalation_id)


def owed(session: Session, person: Person | None, now: datetime, wanted: Wanted | None = None) -> list[Owed]:
    """Promises, what is overdue first, then by due time, undated last. `person` None is the one at the console: all."""
    wanted = wanted or Wanted()
    found = session.execute(
        select(Promise, Account.name, Escalation.id, Message.to_addresses)
        .outerjoin(Conversation, Conversation.id == Promise.conversation_id)
        .outerjoin(Escalation, Escalation.id == _ESCALATION)
        .outerjoin(Account, Account.id == func.coalesce(Escalation.account_id, Conversation.account_id))
        .outerjoin(Message, Message.id == Promise.message_id)
        .where(promises_seen_by(person), *_asked(wanted, now))
        .order_by(Promise.due_at.asc().nulls_last(), Promise.id)
        .limit(wanted.limit)
    )
    rows = [_row(promise, account, number, to, now) for promise, account, number, to in found]
    return sorted(rows, key=lambda row: row.standing != "overdue")


def _row(promise: Promise, account: str | None, number: int | None, to: list[str] | None, now: datetime) -> Owed:
    return Owed(
        id=promise.id,
        standing=_standing(promise, now),
        due_at=promise.due_at,
        quote=promise.quote,
        account=account,
        to=to[0] if to else None,
        made_by=promise.made_by,
        made_at=promise.made_at,
        state=promise.state,
        kind=promise.kind,
        assumed=promise.assumed,
        ambiguous=promise.ambiguous,
        escalation=None if number is None else f"ESC-{number}",
        conversation_id=promise.conversation_id,
    )


def _standing(promise: Promise, now: datetime) -> str:
    if promise.state == PromiseState.MISSED:
        return "overdue"
    if promise.state != PromiseState.PENDING:
        return promise.state
    if promise.due_at is None:
        return "open"
    if promise.due_at <= now:
        return "overdue"
    return "today" if promise.due_at <= now + timedelta(days=1) else "open"


def promises_seen_by(person: Person | None) -> ColumnElement[bool]:
    """The clause on a promise, its conversation and escalation joined: as for escalations; None is the console: all.

    One without an escalation is seen by the conversation's team and by whoever made it.
    """
    if person is None:
        return true()
    own: list[ColumnElement[bool]] = [Promise.made_by == person.email]
    if person.role == Role.ADMIN:
        own.append(true())
    if person.team_id is not None:
        own.append(Conversation.team_id == person.team_id)
    if not person.active:
        return visible(person)
    return or_(and_(Escalation.id.is_not(None), visible(person)), and_(Escalation.id.is_(None), or_(*own)))


def _asked(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = [_in_states(wanted, now)]
    if wanted.account is not None:
        clauses.append(func.lower(Account.name) == wanted.account.lower())
    if wanted.team_id is not None:
        clauses.append(func.coalesce(Escalation.team_id, Conversation.team_id) == wanted.team_id)
    if wanted.made_by is not None:
        clauses.append(Promise.made_by == wanted.made_by)
    if wanted.until is not None:
        clauses.append(Promise.due_at <= wanted.until)
    return clauses


def _in_states(wanted: Wanted, now: datetime) -> ColumnElement[bool]:
    if wanted.states:
        return Promise.state.in_(wanted.states)
    later = aliased(Promise)
    again = exists().where(later.conversation_id == Promise.conversation_id, later.made_at > Promise.due_at)
    lately = and_(Promise.state == PromiseState.MISSED, Promise.due_at > now - STILL_OWED, ~again)
    alive = or_(Escalation.id.is_(None), Escalation.state.not_in(_OVER))
    return and_(or_(Promise.state == PromiseState.PENDING, lately), alive)
