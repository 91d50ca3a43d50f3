"""Says which action items are overdue for a reader, under their rights of this moment."""

from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from config.recordwords import TaskState
from store.people import Person
from store.record import Escalation
from store.tasks import ActionItem
from store.visibility import visible

_ALIVE = (TaskState.OPEN, TaskState.IN_PROGRESS)


def late_items(person: Person, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The clauses for items, joined with their escalations, whose day is over; what is locked asks for nothing."""
    return (visible(person), ActionItem.state.in_(_ALIVE), ActionItem.due_at <= now, Escalation.locked_at.is_(None))


def fell_due(session: Session, person: Person, since: datetime, until: datetime) -> bool:
    """Whether the day of an item that this person may see ended within the window: that is news."""
    late = select(ActionItem.id).join(Escalation, Escalation.id == ActionItem.escalation_id)
    late = late.where(*late_items(person, until), ActionItem.due_at > since).limit(1)
    return session.scalar(late) is not None
