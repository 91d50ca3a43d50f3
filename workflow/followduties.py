"""Moves what was done of an escalation's playbook, and who does what, to the one it is merged into, and back."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.recordwords import DutyState
from store.tasks import Duty, RaciRole

Rows = dict[str, list[list[int]]]
"""As `workflow.followers` keeps them: plain JSON, for an undo."""


def move_duties(session: Session, source_id: int, target_id: int) -> Rows:
    """Move the settled duties; what is open falls away, for the other one has a playbook of its own.

    They keep where they come from in the name of their playbook, so that their rounds cannot meet.
    """
    rows = session.scalars(
        select(Duty).where(Duty.escalation_id == source_id, Duty.state != DutyState.OPEN).order_by(Duty.n)
    ).all()
    top = session.scalar(select(func.coalesce(func.max(Duty.n), 0)).where(Duty.escalation_id == target_id)) or 0
    moved = [[row.id, row.n] for row in rows]
    for count, row in enumerate(rows, 1):
        row.escalation_id, row.n, row.playbook = target_id, top + count, f"{row.playbook} of ESC-{source_id}"
    session.flush()
    return {"duty": moved} if moved else {}


def duties_back(session: Session, moved: list[list[int]], source_id: int, target_id: int) -> None:
    """Give the duties back under their old numbers."""
    for row_id, number in moved:
        row = session.get(Duty, row_id)
        if row is not None and row.escalation_id == target_id:
            row.escalation_id, row.n = source_id, number
            row.playbook = row.playbook.removesuffix(f" of ESC-{source_id}")
    session.flush()


def move_roles(session: Session, source_id: int, target_id: int) -> Rows:
    """Take over the letters of people who have none there; the accountable one only where nobody is."""
    there = session.execute(
        select(RaciRole.person_id, RaciRole.letter).where(RaciRole.escalation_id == target_id)
    ).all()
    known, answered = {row.person_id for row in there}, any(row.letter == "A" for row in there)
    rows = session.scalars(select(RaciRole).where(RaciRole.escalation_id == source_id)).all()
    moved = [row for row in rows if row.person_id not in known and not (row.letter == "A" and answered)]
    for row in moved:
        row.escalation_id = target_id
    session.flush()
    return {"raci_role": [[row.person_id, ord(row.letter)] for row in moved]} if moved else {}


def roles_back(session: Session, moved: list[list[int]], source_id: int, target_id: int) -> None:
    """Give the letters back."""
    for person_id, letter in moved:
        row = session.get(RaciRole, (target_id, person_id, chr(letter)))
        if row is not None:
            row.escalation_id = source_id
    session.flush()
