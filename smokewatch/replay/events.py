"""Tells what one step of the pipeline brought - findings, promises, risk, escalations, notices - as plain records."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from config.words import PromiseState
from store.base import Base
from store.mail import Conversation, Message
from store.outbox import Notice
from store.people import Account, Person
from store.record import Escalation
from store.risk import FindingRow, Promise, PromiseEvent, RiskChange
from workflow.upcoming import NEXT_REVIEW

Event = dict[str, Any]

_WATCHED: tuple[type[Base], ...] = (FindingRow, PromiseEvent, RiskChange, Escalation, Notice)
_TOPS = [func.coalesce(func.pg_sequence_last_value(f"{table.__tablename__}_id_seq"), 0) for table in _WATCHED]

_ON_ESCALATION = (
    select(Conversation.id)
    .join(Message, Message.conversation_id == Conversation.id)
    .where(Message.raw_mail_id == bindparam("raw_mail"), Conversation.escalation_id.is_not(None))
    .exists()
)

_LOOK = select(NEXT_REVIEW.label("review"), _ON_ESCALATION.label("escalated"), *_TOPS)
"""One look after every step; the counters tell that most steps brought nothing."""


@dataclass(frozen=True)
class Look:
    """What one step brought, the next review, and whether the mail just taken belongs to an escalation."""

    events: list[Event]
    review: datetime | None
    escalated: bool


class Watcher:
    """Remembers what was told, so that each thing is told once, in the order cause before effect."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._top = self._look(None)[2]
        self._states = {row.id: row.state for row in session.execute(select(Escalation.id, Escalation.state))}

    def look(self, now: datetime, raw_mail: int | None = None) -> Look:
        """What came since the last look, as of `now`."""
        self._session.expunge_all()
        review, escalated, top = self._look(raw_mail)
        if top == self._top:
            return Look([], review, escalated)
        found = [
            {"at": stamp(now), **event}
            for tell, table in zip(_TELL, _WATCHED, strict=True)
            if top[table] > self._top[table] or table is Escalation
            for event in tell(self._session, self._top[table], self._states)
        ]
        self._top = top
        return Look(found, review, escalated)

    def _look(self, raw_mail: int | None) -> tuple[datetime | None, bool, dict[type[Base], int]]:
        review, escalated, *tops = self._session.execute(_LOOK, {"raw_mail": raw_mail}).one()
        return review, escalated, dict(zip(_WATCHED, tops, strict=True))


def stamp(moment: datetime) -> str:
    """The moment in UTC, RFC 3339."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _findings(session: Session, since: int, _states: dict[int, str]) -> Iterator[Event]:
    """New levels and new proofs; that a level fell is no finding."""
    rows = (
        select(FindingRow, Account.name, Message.message_id)
        .join(Conversation, Conversation.id == FindingRow.conversation_id)
        .join(Message, Message.id == FindingRow.message_id)
        .outerjoin(Account, Account.id == Conversation.account_id)
        .where(FindingRow.id > since, FindingRow.level >= FindingRow.from_level)
        .order_by(FindingRow.id)
    )
    for row, account, message_id in session.execute(rows):
        yield {
            "event": "finding",
            "signal": row.signal,
            "level": row.level,
            "account": account,
            "conversation": row.conversation_id,
            "message_id": _bracketed(message_id),
            "quote": row.quote,
        }


def _promises(session: Session, since: int, _states: dict[int, str]) -> Iterator[Event]:
    """Each move; a promise that waits for its condition has no time yet and is open."""
    rows = (
        select(PromiseEvent, Promise, Message.message_id)
        .join(Promise, Promise.id == PromiseEvent.promise_id)
        .outerjoin(Message, Message.id == Promise.message_id)
        .where(PromiseEvent.id > since)
        .order_by(PromiseEvent.id)
    )
    for move, promise, message_id in session.execute(rows):
        unarmed = move.to_state == PromiseState.UNARMED
        yield {
            "event": "promise",
            "message_id": _bracketed(message_id) if message_id else None,
            "quote": promise.quote,
            "due": stamp(promise.due_at) if promise.due_at and not unarmed else None,
            "state": "open" if unarmed else move.to_state,
        }


def _risks(session: Session, since: int, _states: dict[int, str]) -> Iterator[Event]:
    rows = (
        select(RiskChange, Account.name)
        .join(Conversation, Conversation.id == RiskChange.conversation_id)
        .outerjoin(Account, Account.id == Conversation.account_id)
        .where(RiskChange.id > since)
        .order_by(RiskChange.id)
    )
    for row, account in session.execute(rows):
        yield {
            "event": "risk",
            "account": account,
            "conversation": row.conversation_id,
            "from": row.from_risk,
            "to": row.to_risk,
        }


def _escalations(session: Session, _since: int, states: dict[int, str]) -> Iterator[Event]:
    """Those whose state is another than was told."""
    rows = select(Escalation.id, Escalation.state, Account.name)
    joined = rows.outerjoin(Account, Account.id == Escalation.account_id).order_by(Escalation.id)
    for number, state, account in session.execute(joined):
        if states.get(number) != state:
            states[number] = state
            yield {"event": "escalation", "number": f"ESC-{number}", "account": account, "state": state}


def _notices(session: Session, since: int, _states: dict[int, str]) -> Iterator[Event]:
    """Mails as they are put into the outbox, whatever quiet hours and budgets would then do to them."""
    rows = select(Notice, Person.email).join(Person, Person.id == Notice.person_id).where(Notice.id > since)
    for row, email in session.execute(rows.order_by(Notice.id)):
        escalation = f"ESC-{row.escalation_id}" if row.escalation_id else None
        yield {"event": "notice", "to": email, "kind": row.kind, "escalation": escalation}


_TELL: tuple[Callable[[Session, int, dict[int, str]], Iterator[Event]], ...] = (
    _findings,
    _promises,
    _risks,
    _escalations,
    _notices,
)
"""In the order of `_WATCHED`."""


def _bracketed(message_id: str) -> str:
    """As it stands in the mail."""
    return message_id if message_id.startswith("<") else f"<{message_id}>"
