"""Promises that people set and settle by command; they outrank what the mails say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config.words import PromiseKind, PromiseState
from store.mail import Conversation
from store.record import Escalation
from store.risk import Promise, PromiseEvent
from store.views import promise_rows
from workflow.change import By, Step, written
from workflow.errors import Refused


@dataclass(frozen=True)
class Owed:
    """A promise of an escalation and its number there, as `kept n` takes it."""

    n: int
    row: Promise


def promises_of(session: Session, esc: Escalation) -> list[Owed]:
    """All promises of the escalation, numbered from 1 in the order they were found."""
    return [Owed(n, row) for n, row in enumerate(promise_rows(session, esc.id), 1)]


def add_promise(session: Session, by: By, esc: Escalation, text: str, due: datetime) -> Promise:
    """Put a promise on the newest conversation of the escalation; it is due, without grace, at `due`."""
    newest = session.scalar(
        select(Conversation.id)
        .where(Conversation.escalation_id == esc.id)
        .order_by(Conversation.last_at.desc(), Conversation.id.desc())
        .limit(1)
    )
    made = Promise(
        conversation_id=newest,
        escalation_id=esc.id,
        start=0,
        end=0,
        quote=text,
        kind=PromiseKind.FIRM,
        state=PromiseState.PENDING,
        due_at=due,
        grace_until=due,
        assumed=False,
        made_by=by.actor,
        made_at=by.now,
        forced=True,
    )
    session.add(made)
    session.flush()
    _move(session, by, esc, made, None)
    return made


def settle_promise(
    session: Session, by: By, esc: Escalation, promise_id: int, to: PromiseState
) -> dict[str, Any] | None:
    """Let a person's word decide a promise; what stood before, or None when it stands so already."""
    row = session.get(Promise, promise_id, with_for_update=True, populate_existing=True)
    if row is None or row.state == to:
        return None
    before = {"promise": row.id, "state": row.state, "forced": row.forced, "after": to.value}
    was, row.state, row.forced = row.state, to.value, True
    _move(session, by, esc, row, was)
    return before


def restore_promise(session: Session, by: By, esc: Escalation, before: dict[str, Any]) -> None:
    """Take back what `settle_promise` did.

    Raises:
        Refused: it was settled otherwise since.

    """
    row = session.get(Promise, before["promise"], with_for_update=True, populate_existing=True)
    if row is None or row.state != before["after"]:
        raise Refused("That promise stands elsewhere by now, so I left it as it is.")
    was, row.state, row.forced = row.state, before["state"], before["forced"]
    _move(session, by, esc, row, was)


def _move(session: Session, by: By, esc: Escalation, row: Promise, was: str | None) -> None:
    event = PromiseEvent(
        promise_id=row.id, at=by.now, from_state=was, to_state=row.state, why=f"said by {by.actor} ({by.channel.value})"
    )
    session.add(event)
    # The risk may fall, or rise, by this: the next sweep looks at the conversation again.
    session.execute(update(Conversation).where(Conversation.id == row.conversation_id).values(next_review_at=by.now))
    detail = {"promise": row.id, "due": None if row.due_at is None else row.due_at.isoformat()}
    written(session, by, esc, Step("promise", was, row.state, row.quote[:500], detail))
