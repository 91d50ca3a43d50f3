"""The queues by name: what waits for somebody, in one table that command line, mail and digest read alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.orm import Session

from config.policy import Policy
from signals.business import business_hours_between
from signals.reading import Reading
from store import queues as stored
from store.people import Person
from store.queues import QueueCount, QueueRow, Unanswered
from workflow.calendars import calendar_of
from workflow.errors import NotFound


@dataclass(frozen=True)
class Asked:
    """Who asks, None for the console, which sees all; when, and under which policy."""

    person: Person | None
    now: datetime
    policy: Policy


@dataclass(frozen=True)
class Queue:
    """One queue: the name to ask for it by, what people read, and what finds its rows, the worst first."""

    name: str
    title: str
    rows: Callable[[Session, Asked], Sequence[QueueRow]]


def _plain(
    find: Callable[[Session, Person | None, datetime], list[QueueRow]],
) -> Callable[[Session, Asked], list[QueueRow]]:
    return lambda session, asked: find(session, asked.person, asked.now)


def _overdue(session: Session, asked: Asked) -> list[QueueRow]:
    """The next step is past its time, or the customer waits longer for an answer than the policy allows."""
    rows = {row.ref: row for row in stored.overdue_steps(session, asked.person, asked.now)}
    for wait in stored.unanswered(session, asked.person):
        if not _too_long(wait, asked):
            continue
        number, known = wait.escalation.number, rows.get(wait.escalation.number)
        if known is None:
            note = "the customer waits for an answer"
            rows[number] = QueueRow(number, wait.account or "", wait.escalation.title, note, wait.message.sent_at)
        elif "waits for an answer" not in known.note:
            rows[number] = replace(known, note=f"{known.note}; the customer waits for an answer")
    return list(rows.values())


def _too_long(wait: Unanswered, asked: Asked) -> bool:
    limit = asked.policy.alerts.no_answer_business_hours
    if asked.now - wait.message.sent_at < timedelta(hours=limit) or Reading.from_json(wait.message.reading).closing:
        return False
    return business_hours_between(calendar_of(wait.team), wait.message.sent_at, asked.now) >= limit


def _due_today(session: Session, asked: Asked) -> list[QueueRow]:
    """Promises due by the end of the person's own day, those whose time has passed among them."""
    zone = _zone(asked.person)
    tomorrow = asked.now.astimezone(zone).date() + timedelta(days=1)
    return stored.promises_due(session, asked.person, datetime.combine(tomorrow, time(), zone).astimezone(UTC))


def _zone(person: Person | None) -> tzinfo:
    try:
        return UTC if person is None else ZoneInfo(person.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


QUEUES: tuple[Queue, ...] = (
    Queue("new", "new, not acknowledged", _plain(stored.new)),
    Queue("severe", "open and of high severity", _plain(stored.severe)),
    Queue("repeated", "customers with repeated escalations", _plain(stored.repeated)),
    Queue("overdue", "follow-up overdue", _overdue),
    Queue("waiting", "waiting on another team", _plain(stored.waiting)),
    Queue("unowned", "without an owner", _plain(stored.unowned)),
    Queue("today", "promises due today", _due_today),
    Queue("provisional", "customers nobody confirmed", _plain(stored.provisional)),
    Queue("parked", "mails that could not be read", _plain(stored.parked)),
)
"""In the order in which they are worked off."""


def queue_named(name: str) -> Queue:
    """The queue of this name.

    Raises:
        NotFound: there is none; the sentence lists all.

    """
    found = next((queue for queue in QUEUES if queue.name == name.strip().lower()), None)
    if found is None:
        raise NotFound(f"There is no queue {name!r}; there are {', '.join(queue.name for queue in QUEUES)}.")
    return found


def queue_counts(session: Session, asked: Asked) -> list[QueueCount]:
    """Every queue in which something waits, with how many and the worst of them."""
    found = ((queue, queue.rows(session, asked)) for queue in QUEUES)
    return [QueueCount(queue.name, queue.title, len(rows), rows[0]) for queue, rows in found if rows]
