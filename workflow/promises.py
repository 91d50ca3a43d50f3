"""Keeps the promise ledger of a conversation: what the texts said, row by row, each move with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import PromiseState
from signals.facts import LedgerEntry
from store.risk import Promise, PromiseEvent


@dataclass(frozen=True)
class Moved:
    """A promise that newly stands in another state."""

    promise_id: int
    entry: LedgerEntry
    from_state: PromiseState | None


def stored_promises(session: Session, conversations: Sequence[int]) -> dict[int, dict[tuple[int, int], Promise]]:
    """The ledger's rows by conversation, then by (message, place in its text)."""
    found: dict[int, dict[tuple[int, int], Promise]] = {c: {} for c in conversations}
    for row in session.scalars(select(Promise).where(Promise.conversation_id.in_(list(conversations)))):
        if row.message_id is not None and row.conversation_id is not None:
            found[row.conversation_id][row.message_id, row.start] = row
    return found


def keep_ledger(
    session: Session, conversation_id: int, stored: dict[tuple[int, int], Promise], ledger: Sequence[LedgerEntry]
) -> list[Moved]:
    """Bring the rows to what the ledger says; a row that a person settled is left alone."""
    moved = []
    for entry in ledger:
        row = stored.get((entry.message_id, entry.start))
        if row is not None and (row.forced or (row.state == entry.state and row.due_at == entry.due)):
            continue
        was = PromiseState(row.state) if row else None
        row = row or _new_row(conversation_id, entry)
        row.state, row.due_at, row.grace_until = entry.state.value, entry.due, entry.grace_until
        session.add(row)
        session.flush()
        _tell_moves(session, row, entry, was)
        if was != entry.state:
            moved.append(Moved(row.id, entry, was))
    return moved


def _new_row(conversation_id: int, entry: LedgerEntry) -> Promise:
    return Promise(
        conversation_id=conversation_id,
        message_id=entry.message_id,
        start=entry.start,
        end=entry.end,
        quote=entry.quote,
        kind=entry.kind.value,
        assumed=entry.assumed,
        made_by=entry.made_by,
        made_at=entry.made_at,
    )


def _tell_moves(session: Session, row: Promise, entry: LedgerEntry, was: PromiseState | None) -> None:
    """Write down the moves since the state last stored; a re-reading of the past adds nothing twice."""
    told = set(session.execute(select(PromiseEvent.at, PromiseEvent.to_state).where(PromiseEvent.promise_id == row.id)))
    for move in entry.moves:
        if (move.at, move.state.value) in told:
            continue
        session.add(
            PromiseEvent(
                promise_id=row.id,
                at=move.at,
                from_state=was.value if was else None,
                to_state=move.state.value,
                why=move.why,
                message_id=move.message_id,
            )
        )
        was = move.state
