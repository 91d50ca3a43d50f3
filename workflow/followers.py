"""Moves what hangs on an escalation to another one, and back: numbered rows get numbers that are free there."""

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from config.recordwords import Target
from store.customer import CustomerMail, Rating
from store.files import Document
from store.record import SignOff
from store.tasks import ActionItem, Milestone, RegisterEntry
from workflow.followduties import duties_back, move_duties, move_roles, roles_back

NUMBERED: tuple[type[Any], ...] = (ActionItem, Milestone, RegisterEntry, CustomerMail)
"""Tables whose rows have a number on their escalation, which people write."""

PLAIN: tuple[type[Any], ...] = (SignOff, Document, Rating)
"""Tables whose rows only name their escalation."""

Rows = dict[str, list[list[int]]]
"""By table, each moved row as [id] or [id, its number before]: plain JSON, for an undo."""


def move_rows(session: Session, source_id: int, target_id: int) -> Rows:
    """Give the rows of one escalation to another; what is needed to give them back."""
    moved: Rows = {}
    for table in (*NUMBERED, *PLAIN):
        rows = session.scalars(select(table).where(table.escalation_id == source_id).order_by(table.id)).all()
        if not rows:
            continue
        moved[table.__tablename__] = [[row.id, row.n] if table in NUMBERED else [row.id] for row in rows]
        free = _free(session, table, target_id)
        for count, row in enumerate(rows):
            if table in NUMBERED:
                row.n = free + count
            row.escalation_id = target_id
        session.flush()
    _retarget(session, target_id)
    return moved | move_duties(session, source_id, target_id) | move_roles(session, source_id, target_id)


def move_back(session: Session, moved: Rows, source_id: int, target_id: int) -> None:
    """Give back the rows that `move_rows` moved, under their old numbers; what was made since stays."""
    for table in (*NUMBERED, *PLAIN):
        for row_id, *number in moved.get(table.__tablename__, []):
            row = session.get(table, row_id)
            if row is None or row.escalation_id != target_id:
                continue
            row.escalation_id = source_id
            if number:
                row.n = number[0]
        session.flush()
    _retarget(session, source_id)
    duties_back(session, moved.get("duty", []), source_id, target_id)
    roles_back(session, moved.get("raci_role", []), source_id, target_id)


def _retarget(session: Session, escalation_id: int) -> None:
    """Let files that hang on an escalation itself hang on the one that has them now."""
    hanging = Document.escalation_id == escalation_id, Document.target == Target.ESCALATION
    moved = update(Document).where(*hanging).values(target_id=escalation_id)
    session.execute(moved.execution_options(synchronize_session="fetch"))


def _free(session: Session, table: type[Any], escalation_id: int) -> int:
    if table not in NUMBERED:
        return 0
    return 1 + (session.scalar(select(func.max(table.n)).where(table.escalation_id == escalation_id)) or 0)
