"""Says which duties the record itself shows as done, so that nobody must report what everybody can see."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from config.playbooks import Playbooks, Shown
from config.words import Channel, Direction, MailKind
from store.mail import Conversation, Message
from store.people import Person
from store.record import Audit, Escalation, Participant, SignOff
from store.tasks import Duty, Milestone, RaciRole, RegisterEntry


def shown(session: Session, esc: Escalation, duty: Duty, playbooks: Playbooks, now: datetime) -> str | None:
    """The sentence that says how the record does this duty, or None."""
    rule = playbooks.named(duty.playbook).rule(duty.key)
    return None if rule is None or rule.shown_by is None else _WAYS[rule.shown_by](session, esc, duty, now)


def _path(session: Session, esc: Escalation, _duty: Duty, _now: datetime) -> str | None:
    """A person's own word on the severity, with a reason."""
    last = session.execute(
        select(Audit.channel, Audit.reason, Person.name)
        .outerjoin(Person, Person.email == Audit.actor)
        .where(Audit.stream == esc.number, Audit.action == "path")
        .order_by(Audit.seq.desc())
        .limit(1)
    ).first()
    said = last is not None and last.channel != Channel.SYSTEM and last.reason
    return f"{last.name} set it: {last.reason}" if last is not None and said else None


def _owner(session: Session, esc: Escalation, _duty: Duty, _now: datetime) -> str | None:
    owner = None if esc.owner_id is None else session.get(Person, esc.owner_id)
    return None if owner is None else f"{owner.name} owns it"


def _raci(session: Session, esc: Escalation, _duty: Duty, _now: datetime) -> str | None:
    letters = set(session.scalars(select(RaciRole.letter).where(RaciRole.escalation_id == esc.id)))
    return "responsible and accountable are named" if {"R", "A"} <= letters else None


def _stakeholders(session: Session, esc: Escalation, duty: Duty, _now: datetime) -> str | None:
    """Whoever is consulted or informed, or was brought in since."""
    told = select(func.count()).where(RaciRole.escalation_id == esc.id, RaciRole.letter.in_(("C", "I")))
    joined = select(func.count()).where(
        Participant.escalation_id == esc.id, Participant.added_at > duty.made_at, Participant.why.startswith("named")
    )
    count = (session.scalar(told) or 0) + (session.scalar(joined) or 0)
    return None if not count else f"{count} {'person was' if count == 1 else 'people were'} brought in"


def _milestones(session: Session, esc: Escalation, _duty: Duty, _now: datetime) -> str | None:
    count = session.scalar(select(func.count()).where(Milestone.escalation_id == esc.id)) or 0
    return None if not count else f"the plan has {count} {'milestone' if count == 1 else 'milestones'}"


def _register(session: Session, esc: Escalation, duty: Duty, _now: datetime) -> str | None:
    lately = or_(RegisterEntry.made_at >= duty.made_at, RegisterEntry.closed_at >= duty.made_at)
    found = session.scalar(select(RegisterEntry.id).where(RegisterEntry.escalation_id == esc.id, lately).limit(1))
    return None if found is None else "the register was changed"


def _customer_mail(session: Session, esc: Escalation, duty: Duty, now: datetime) -> str | None:
    """A mail of ours to the customer since the round began."""
    sent = session.scalar(
        select(func.max(Message.sent_at))
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Conversation.escalation_id == esc.id,
            Message.direction == Direction.OUT,
            Message.kind == MailKind.COLLEAGUE,
            Message.sent_at > duty.made_at,
            Message.sent_at <= now,
        )
    )
    return None if sent is None else "the customer was written to"


def _sign_off(session: Session, esc: Escalation, _duty: Duty, _now: datetime) -> str | None:
    rows = select(SignOff.by_address).where(SignOff.escalation_id == esc.id)
    if esc.reopened_at is not None:
        rows = rows.where(SignOff.at >= esc.reopened_at)
    return None if session.scalars(rows.limit(1)).first() is None else "the customer has signed off"


def _lessons(_session: Session, esc: Escalation, _duty: Duty, _now: datetime) -> str | None:
    return "they stand in the closeout" if (esc.lessons or "").strip() else None


_WAYS: dict[Shown, Callable[[Session, Escalation, Duty, datetime], str | None]] = {
    Shown.PATH: _path,
    Shown.OWNER: _owner,
    Shown.RACI: _raci,
    Shown.STAKEHOLDERS: _stakeholders,
    Shown.MILESTONES: _milestones,
    Shown.REGISTER: _register,
    Shown.CUSTOMER_MAIL: _customer_mail,
    Shown.SIGN_OFF: _sign_off,
    Shown.LESSONS: _lessons,
}
