"""Keeps the promise ledger of a conversation: what the texts said, row by row, each move with its reason."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from signals.facts import LedgerEntry
from store.bulk import one_of
from store.risk import Promise, PromiseEvent

_PROMISES = select(Promise).where(one_of(Promise.conversation_id, "ids"))


def stored_promises(session: Session, conversations: Sequence[int]) -> dict[int, dict[tuple[int, int], Promise]]:
    """The ledger's rows by conversation, then by (message, place in its text)."""
    found: dict[int, dict[tuple[int, int], Promise]] = {c: {} for c in conversations}
    for row in session.scalars(_PROMISES, {"ids": list(conversations)}):
        if row.message_id is not None and row.conversation_id is not None:
            found[row.conversation_id][row.message_id, row.start] = row
    return found


def keep_ledger(
    session: Session, conversation_id: int, stored: dict[tuple[int, int], Promise], ledger: Sequence[LedgerEntry]
) -> None:
    """Bring the rows to what the ledger says; a row that a person settled is left alone."""
    for entry in ledger:
        row = stored.get((entry.message_id, entry.start))
        if row is not None and (row.forced or (row.state == entry.state and row.due_at == entry.due)):
            continue
        was = row.state if row else None
        told = _told(session, row) if row else set()
        row = row or _new_row(conversation_id, entry)
        row.state, row.due_at, row.grace_until = entry.state.value, entry.due, entry.grace_until
        row.events.add_all(_moves(entry, was, told))
        session.add(row)


def _new_row(conversation_id: int, entry: LedgerEntry) -> Promise:
    return Promise(
        conversation_id=conversation_id,
        message_id=entry.message_id,
        start=entry.start,
        end=entry.end,
        quote=entry.quote,
        kind=entry.kind.value,
        assumed=entry.assumed,
        ambiguous=entry.ambiguous,
        made_by=entry.made_by,
        made_at=entry.made_at,
    )


def _told(session: Session, row: Promise) -> set[tuple[datetime, str]]:
    """The moves written down already: a re-reading of the past adds nothing twice."""
    rows = session.execute(select(PromiseEvent.at, PromiseEvent.to_state).where(PromiseEvent.promise_id == row.id))
    return {(at, state) for at, state in rows}


def _moves(entry: LedgerEntry, was: str | None, told: set[tuple[datetime, str]]) -> Iterator[PromiseEvent]:
    for move in entry.moves:
        if (move.at, move.state.value) not in told:
            yield PromiseEvent(
                at=move.at,
                from_state=was,
                to_state=move.state.value,
                why=move.why,
                message_id=move.message_id,
                quote=move.quote,
            )
            was = move.state.value
