"""Writes the digest's list of action items whose day is over."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts import build, phrases
from alerts.clean import one_line
from alerts.clockwork import zone_of
from alerts.lateitems import late_items
from store.people import Person
from store.record import Escalation
from store.tasks import ActionItem

MOST_LINES = 10


def action_lines(session: Session, reader: build.Reader) -> tuple[str, ...]:
    """One line an item, under the reader's rights of this moment: their own first, then the longest overdue."""
    late = late_items(reader.person, reader.now)
    query = (
        select(ActionItem, Person)
        .join(Escalation, Escalation.id == ActionItem.escalation_id)
        .join(Person, Person.id == ActionItem.assignee_id)
        .where(*late)
        .order_by((ActionItem.assignee_id != reader.person.id), ActionItem.due_at, ActionItem.id)
        .limit(MOST_LINES)
    )
    lines = [_line(item, assignee, reader) for item, assignee in session.execute(query)]
    counted = select(func.count()).select_from(ActionItem).join(Escalation, Escalation.id == ActionItem.escalation_id)
    more = (session.scalar(counted.where(*late)) or 0) - len(lines) if len(lines) == MOST_LINES else 0
    return (*lines, f"and {more} more: smokewatch actions --overdue shows them") if more > 0 else tuple(lines)


def _line(item: ActionItem, assignee: Person, reader: build.Reader) -> str:
    due = phrases.when(item.due_at, zone_of(reader.person), reader.now)
    who = "you" if assignee.id == reader.person.id else one_line(assignee.name, 60)
    left = "" if assignee.active else ", who has left"
    return f"ESC-{item.escalation_id}, item {item.n}, due {due}: {one_line(item.text, 140)} ({who}{left})"
