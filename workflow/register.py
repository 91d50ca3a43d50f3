"""The risk register (RAID): risks, assumptions, issues and dependencies, each with what is done about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.recordwords import RegisterKind
from store.record import Escalation
from store.tasks import RegisterEntry
from workflow.change import By, Step, written
from workflow.comments import cut
from workflow.errors import Refused


@dataclass(frozen=True)
class Entry:
    """A line to be written: what it is, what is done about it, and who sees to it."""

    kind: RegisterKind
    text: str
    mitigation: str = ""
    owner_id: int | None = None


def entries_of(session: Session, esc: Escalation) -> Sequence[RegisterEntry]:
    """All lines in order of their number, settled ones too."""
    return session.scalars(
        select(RegisterEntry).where(RegisterEntry.escalation_id == esc.id).order_by(RegisterEntry.n)
    ).all()


def add_entry(session: Session, by: By, esc: Escalation, entry: Entry) -> RegisterEntry:
    """Write a line into the register."""
    rows = RegisterEntry.escalation_id == esc.id
    top = session.scalar(select(func.coalesce(func.max(RegisterEntry.n), 0)).where(rows)) or 0
    made = RegisterEntry(
        escalation_id=esc.id,
        n=top + 1,
        kind=entry.kind.value,
        text=cut(entry.text.strip()),
        mitigation=cut(entry.mitigation.strip()),
        owner_id=entry.owner_id,
        made_at=by.now,
    )
    session.add(made)
    session.flush()
    written(session, by, esc, Step(f"register: {made.kind}", None, made.text, detail={"n": made.n}))
    return made


def settle_entry(session: Session, by: By, esc: Escalation, n: int, how: str) -> RegisterEntry:
    """Call a line settled; how is added to what is done about it.

    Raises:
        Refused: there is no such line, or it is settled already.

    """
    row = session.scalar(
        select(RegisterEntry)
        .where(RegisterEntry.escalation_id == esc.id, RegisterEntry.n == n)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or row.closed_at is not None:
        rows = [each for each in entries_of(session, esc) if each.closed_at is None][:5]
        listed = "; ".join(f"r{each.n} {each.kind}: {each.text}" for each in rows)
        what = f"r{n} of {esc.number} is settled already" if row else f"The register of {esc.number} has no r{n}"
        raise Refused(f"{what}. Open are: {listed or 'none'}.")
    row.closed_at = by.now
    row.mitigation = cut("; ".join(part for part in (row.mitigation, how.strip()) if part))
    written(session, by, esc, Step("register settled", None, row.text, how.strip() or None, {"n": row.n}))
    return row


def take_entry_back(session: Session, by: By, esc: Escalation, before: dict[str, Any]) -> None:
    """Take back the adding of a line, or that it was settled (`mitigation` is what stood there before).

    Raises:
        Refused: it is gone, or somebody has settled it since it was added.

    """
    row = session.get(RegisterEntry, before["id"], with_for_update=True, populate_existing=True)
    if row is None:
        raise Refused("That line is gone already.")
    if "mitigation" not in before and row.closed_at is not None:
        raise Refused(f"r{row.n} was settled since, so I left everything as it is.")
    if "mitigation" in before:
        row.closed_at, row.mitigation = None, before["mitigation"]
    else:
        session.delete(row)
    action = "register reopened" if "mitigation" in before else "register withdrawn"
    written(session, by, esc, Step(action, row.text, None, detail={"n": row.n}))
