"""Tells what one step of the pipeline brought - findings, promises, risk, escalations, notices - as plain records."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.words import PromiseState
from store.base import Base
from store.mail import Conversation, Message
from store.outbox import Notice
from store.people import Account, Person
from store.record import Escalation
from store.risk import FindingRow, Promise, PromiseEvent, RiskChange

Event = dict[str, Any]

_WATCHED: tuple[type[Base], ...] = (FindingRow, PromiseEvent, RiskChange, Escalation, Notice)
_TOP = select(*(func.coalesce(func.pg_sequence_last_value(f"{t.__tablename__}_id_seq"), 0) for t in _WATCHED))
"""One cheap look at the counters tells that most steps brought nothing."""


class Watcher:
    """Remembers what was told, so that each thing is told once, in the order cause before effect."""

    def __init__(self, session: Session) -> None:
        self._top = _tops(session)
        self._states = {row.id: row.state for row in session.execute(select(Escalation.id, Escalation.state))}

    def news(self, session: Session, now: datetime) -> list[Event]:
        """What came since the last call, as of `now`."""
        top = _tops(session)
        if top == self._top:
            return []
        found = [
            {"at": stamp(now), **event}
            for tell, (table, since) in zip(_TELL, self._top.items(), strict=True)
            if top[table] > since or table is Escalation
            for event in tell(session, since, self._states)
        ]
        self._top = top
        return found


def stamp(moment: datetime) -> str:
    """The moment in UTC, RFC 3339."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _tops(session: Session) -> dict[type[Base], int]:
    return dict(zip(_WATCHED, session.execute(_TOP).one(), strict=True))


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
