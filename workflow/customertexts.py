"""Composes what a customer is told out of the record, for a person to read before it goes anywhere."""

from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.recordwords import CustomerMailKind
from config.words import PromiseState, State
from store.mail import Message
from store.people import Contact, Person, Team
from store.record import Escalation
from store.views import promise_rows
from workflow.change import By
from workflow.pages import say_short

_STANDING = {
    State.OPEN: "We have it, and will come back to you.",
    State.ACKNOWLEDGED: "We have seen it and are looking into it.",
    State.IN_PROGRESS: "We are working on it.",
    State.RESOLVED: "From our side it is solved.",
    State.CLOSED: "From our side it is solved and closed.",
}
_OVER = (State.RESOLVED, State.CLOSED)


def compose(session: Session, by: By, esc: Escalation, message: Message, kind: CustomerMailKind) -> str:
    """The text of a mail of this kind, in answer to the customer's `message`; times by the clock of our team."""
    zone = _zone(session, by, esc)
    over = esc.state in _OVER
    values: dict[str, Any] = {
        "name": _name(session, message),
        "subject": _bare(message.subject) or esc.title,
        "standing": _standing(esc),
        "next_step": None if over or not esc.next_step else esc.next_step.rstrip("."),
        "next_due": _ahead(esc.next_step_due, by, zone),
        "owed": [] if over else [_day(due, zone) for due in _owed(session, by, esc)],
        "sender": _sender(session, by, esc),
    }
    return _environment().get_template(f"{kind.value}.txt").render(values).strip()


def _standing(esc: Escalation) -> str:
    said = _STANDING[State(esc.state)]
    return f"{said} {esc.resolution.strip()}" if esc.state in _OVER and esc.resolution else said


def _ahead(due: datetime | None, by: By, zone: str) -> str | None:
    """A time to come; one that has passed is better put right than repeated."""
    return None if due is None or due <= by.now else _day(due, zone)


def _owed(session: Session, by: By, esc: Escalation) -> list[datetime]:
    pending = [p.due_at for p in promise_rows(session, esc.id) if p.state == PromiseState.PENDING]
    return sorted({due for due in pending if due is not None and due > by.now})


def _day(moment: datetime, zone: str) -> str:
    return f"{say_short(moment, zone)} ({zone.rpartition('/')[2].replace('_', ' ')})"


def _zone(session: Session, by: By, esc: Escalation) -> str:
    team = None if esc.team_id is None else session.get(Team, esc.team_id)
    person = None if by.person_id is None else session.get(Person, by.person_id)
    return team.zone if team is not None else person.zone if person is not None else "UTC"


def _name(session: Session, message: Message) -> str:
    known = session.scalar(select(Contact.name).where(Contact.email == message.from_address))
    return known or message.from_name or message.from_address


def _sender(session: Session, by: By, esc: Escalation) -> str:
    """Who signs: whoever drafts it, in whose name it mostly goes out."""
    signer = session.get(Person, by.person_id or esc.owner_id or 0)
    return "" if signer is None else signer.name


def _bare(subject: str) -> str:
    text = subject.strip()
    while text[:3].lower() in ("re:", "aw:", "sv:", "fw:"):
        text = text[3:].strip()
    return text


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("config", "templates/customer"),
        autoescape=False,  # noqa: S701 - plain text; the HTML part is made of it, escaped
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
