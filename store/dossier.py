"""Gathers what somebody who takes an escalation over must know: the work that is open, who matters, and the files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.recordwords import DutyState, TaskState
from store.hanging import files_of
from store.mail import GONE, Attachment, Conversation, Message
from store.people import Contact, Person
from store.record import Escalation, Participant
from store.story import Event, story
from store.tasks import ActionItem, Duty, Milestone, RegisterEntry
from store.views import EscalationView, escalation_view

_CUSTOMERS = ("customer", "forward")


@dataclass(frozen=True)
class Task:
    """Something not done yet. `kind` is action, duty, milestone, or the kind of a line of the risk register."""

    kind: str
    n: int
    text: str
    who: str | None
    due_at: datetime | None


@dataclass(frozen=True)
class Theirs:
    """Somebody of the customer's who wrote or was written to; how often they wrote, and when last."""

    name: str
    address: str
    title: str
    executive: bool | None
    wrote: int
    last_at: datetime | None


@dataclass(frozen=True)
class Ours:
    """One of us on the escalation; `why` is why they are on it."""

    name: str
    title: str
    why: str
    owner: bool


@dataclass(frozen=True)
class Paper:
    """A file: attached to a mail, or to the record."""

    name: str
    size: int
    by: str
    at: datetime


@dataclass(frozen=True)
class Dossier:
    """All of it at one moment. `told` is the whole story, oldest first; tasks that are due first come first."""

    view: EscalationView
    told: tuple[Event, ...]
    tasks: tuple[Task, ...]
    theirs: tuple[Theirs, ...]
    ours: tuple[Ours, ...]
    papers: tuple[Paper, ...]


def dossier(session: Session, escalation_id: int, now: datetime) -> Dossier:
    """Read everything fresh.

    Raises:
        LookupError: there is no escalation of this number.

    """
    view = escalation_view(session, escalation_id, now)
    escalation = session.get_one(Escalation, escalation_id)
    tasks = sorted(_tasks(session, escalation_id), key=lambda task: (task.due_at is None, task.due_at or now))
    return Dossier(
        view=view,
        told=tuple(story(session, escalation)),
        tasks=tuple(tasks),
        theirs=_theirs(session, escalation_id),
        ours=_ours(session, escalation),
        papers=_papers(session, escalation_id),
    )


def _tasks(session: Session, escalation_id: int) -> Iterator[Task]:
    i, d, m, r = ActionItem, Duty, Milestone, RegisterEntry
    items = select(i, Person.name).join(Person, Person.id == i.assignee_id)
    open_items = i.state.in_((TaskState.OPEN, TaskState.IN_PROGRESS))
    for item, who in session.execute(items.where(i.escalation_id == escalation_id, open_items)):
        yield Task("action", item.n, item.text, who, item.due_at)
    for duty in session.scalars(select(d).where(d.escalation_id == escalation_id, d.state == DutyState.OPEN)):
        yield Task("duty", duty.n, duty.text, None, duty.due_at)
    for step in session.scalars(select(m).where(m.escalation_id == escalation_id, m.done_at.is_(None))):
        yield Task("milestone", step.n, f"{step.text} ({step.percent} %)", None, step.due_at)
    lines = select(r, Person.name).outerjoin(Person, Person.id == r.owner_id)
    for line, who in session.execute(lines.where(r.escalation_id == escalation_id, r.closed_at.is_(None))):
        yield Task(line.kind, line.n, f"{line.text} ({line.mitigation})" if line.mitigation else line.text, who, None)


def _theirs(session: Session, escalation_id: int) -> tuple[Theirs, ...]:
    """Who wrote to us from outside, those we know a title of and those who wrote most first."""
    m = Message
    rows = session.execute(
        select(m.from_address, func.max(m.from_name), func.count(), func.max(m.sent_at))
        .join(Conversation, Conversation.id == m.conversation_id)
        .where(Conversation.escalation_id == escalation_id, m.kind.in_(_CUSTOMERS), m.direction == "in")
        .group_by(m.from_address)
    ).all()
    known = {c.email: c for c in session.scalars(select(Contact).where(Contact.email.in_([row[0] for row in rows])))}
    made = [
        Theirs(
            name=(known[address].name if address in known else "") or name or address,
            address=address,
            title=known[address].title if address in known else "",
            executive=known[address].executive if address in known else None,
            wrote=wrote,
            last_at=last,
        )
        for address, name, wrote, last in rows
    ]
    return tuple(sorted(made, key=lambda each: (not each.executive, not each.title, -each.wrote, each.address)))


def _ours(session: Session, escalation: Escalation) -> tuple[Ours, ...]:
    rows = session.execute(
        select(Person, Participant.why)
        .join(Participant, Participant.person_id == Person.id)
        .where(Participant.escalation_id == escalation.id)
        .order_by(Participant.added_at, Person.id)
    )
    made = [Ours(person.name, person.title, why, person.id == escalation.owner_id) for person, why in rows]
    return tuple(sorted(made, key=lambda each: not each.owner))


def _papers(session: Session, escalation_id: int) -> tuple[Paper, ...]:
    a = Attachment
    rows = session.execute(
        select(a.name, a.size, Message.from_name, Message.from_address, Message.sent_at)
        .join(Message, Message.id == a.message_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.escalation_id == escalation_id, a.name != GONE)
    )
    mailed = [Paper(name, size, who or address, at) for name, size, who, address, at in rows]
    kept = [Paper(each.name, each.size, each.by or "", each.at) for each in files_of(session, escalation_id)]
    return tuple(sorted(mailed + kept, key=lambda each: (each.at, each.name)))
