"""One escalation as people are shown it: everything a page, an alert or an answer needs, read fresh."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from config.fields import Fields, load_fields
from store.hanging import anchors_of, files_of
from store.impact import ImpactFacts, impact
from store.mail import Conversation, Message
from store.people import Account, Person, Team
from store.record import Audit, Comment, Escalation, Participant
from store.risk import FindingRow, Promise
from store.shapes import (
    ChangeView,
    CommentView,
    ConversationView,
    CustomView,
    EscalationView,
    FindingView,
    PersonView,
    PromiseView,
)

__all__ = [
    "ChangeView",
    "CommentView",
    "ConversationView",
    "EscalationView",
    "FindingView",
    "PersonView",
    "PromiseView",
    "doubts_about",
    "escalation_view",
    "promise_rows",
]


_COPIED = (
    "id", "number", "title", "account_id", "type", "category", "state", "risk", "priority", "path", "waiting_on",
    "next_step", "next_step_due", "opened_at", "opened_why", "acknowledged_at", "resolved_at", "closed_at",
    "changed_at", "version", "root_cause", "resolution", "affected_users", "steps_to_resolve", "path_to_green",
)  # fmt: skip
_DOUBT = Message.details["doubt"].as_string()
"""Why the sender of a message may be somebody else, or may not belong there; NULL for most."""
LATEST = 20
"""How many comments, and how many lines of the timeline, a view carries."""
MOST_DOUBTS = 200
"""Messages of unproven senders that are looked at; one sender may have many."""


def escalation_view(
    session: Session, escalation_id: int, now: datetime, fields: Fields | None = None
) -> EscalationView:
    """Read one escalation and all that hangs on it; `fields` are the installation's, by default as shipped.

    Raises:
        LookupError: there is no escalation of this number.

    """
    esc = session.get(Escalation, escalation_id)
    if esc is None:
        raise LookupError(f"there is no escalation ESC-{escalation_id}")
    account = None if esc.account_id is None else session.get(Account, esc.account_id)
    team = None if esc.team_id is None else session.get(Team, esc.team_id)
    owner = None if esc.owner_id is None else session.get(Person, esc.owner_id)
    copied = {name: getattr(esc, name) for name in _COPIED}
    fields = fields or load_fields()
    return EscalationView(
        **copied,
        account=None if account is None else account.name,
        tier="" if account is None else account.tier,
        team=None if team is None else team.name,
        owner=None if owner is None else _person(owner, esc.owner_id),
        next_step_overdue=esc.next_step_due is not None and esc.next_step_due < now,
        merged_into=None if esc.merged_into is None else f"ESC-{esc.merged_into}",
        participants=_participants(session, esc),
        findings=_findings(session, esc.id),
        promises=_promises(session, esc.id),
        conversations=_conversations(session, esc.id),
        comments=_comments(session, esc.id),
        timeline=_timeline(session, esc.number),
        unverified=_unverified(session, esc.id),
        impact=impact(_impact_facts(esc, account), fields.impact),
        links=tuple(esc.links),
        custom=_custom(esc, fields),
        anchors=anchors_of(session, esc.id),
        files=files_of(session, esc.id),
    )


def promise_rows(session: Session, escalation_id: int) -> Sequence[Promise]:
    """The promises of an escalation in the order they were found: their place in it is their number for people."""
    own = select(Conversation.id).where(Conversation.escalation_id == escalation_id)
    merged = select(Escalation.id).where(or_(Escalation.id == escalation_id, Escalation.merged_into == escalation_id))
    of_none = Promise.conversation_id.is_(None) & Promise.escalation_id.in_(merged)
    return session.scalars(
        select(Promise).where(or_(Promise.conversation_id.in_(own), of_none)).order_by(Promise.id)
    ).all()


def doubts_about(session: Session, message_ids: Collection[int]) -> dict[int, str]:
    """The doubt about each message of these that has one, by its id."""
    found = select(Message.id, _DOUBT).where(Message.id.in_(message_ids), _DOUBT.is_not(None))
    return dict(session.execute(found).all()) if message_ids else {}


def _unverified(session: Session, escalation_id: int) -> tuple[str, ...]:
    """Who wrote in these conversations without being proven or invited, as `address: why`."""
    own = select(Conversation.id).where(Conversation.escalation_id == escalation_id)
    found = (
        select(Message.from_address, _DOUBT)
        .where(Message.conversation_id.in_(own), _DOUBT.is_not(None))
        .order_by(Message.id.desc())
        .limit(MOST_DOUBTS)
    )
    lines = dict.fromkeys(f"{address}: {doubt}" for address, doubt in session.execute(found))
    return tuple(lines)[:LATEST]


def _impact_facts(esc: Escalation, account: Account | None) -> ImpactFacts:
    if account is None:
        return ImpactFacts(users=esc.affected_users, category=esc.category)
    return ImpactFacts(account.tier, account.arr, esc.affected_users, esc.category)


def _custom(esc: Escalation, fields: Fields) -> tuple[CustomView, ...]:
    """The fields its type has, and what was said in others before the type changed: nothing is hidden."""
    names = dict.fromkeys([*fields.of_type(esc.type), *sorted(esc.custom)])
    kinds = {name: fields.field[name].kind.value if name in fields.field else "text" for name in names}
    return tuple(CustomView(name, fields.label(name), kinds[name], esc.custom.get(name)) for name in names)


def _person(person: Person, owner_id: int | None) -> PersonView:
    return PersonView(person.id, person.name, person.email, person.handle, person.id == owner_id)


def _participants(session: Session, esc: Escalation) -> tuple[PersonView, ...]:
    found = session.scalars(
        select(Person)
        .join(Participant, Participant.person_id == Person.id)
        .where(Participant.escalation_id == esc.id)
        .order_by(Participant.added_at, Person.id)
    )
    return tuple(_person(each, esc.owner_id) for each in found)


def _findings(session: Session, escalation_id: int) -> tuple[FindingView, ...]:
    found = session.execute(
        select(FindingRow, Message.from_name, Message.from_address, Message.sent_at, _DOUBT)
        .join(Conversation, Conversation.id == FindingRow.conversation_id)
        .join(Message, Message.id == FindingRow.message_id)
        .where(Conversation.escalation_id == escalation_id, FindingRow.ended_at.is_(None))
        .order_by(FindingRow.contribution.desc(), FindingRow.id)
    )
    return tuple(
        FindingView(
            id=row.id,
            signal=row.signal,
            level=row.level,
            contribution=row.contribution,
            rule_id=row.rule_id,
            quote=row.quote,
            author=name or address,
            sent_at=sent_at,
            message_id=row.message_id,
            clears_when=row.clears_when,
            doubt=doubt or "",
        )
        for row, name, address, sent_at, doubt in found
    )


def _promises(session: Session, escalation_id: int) -> tuple[PromiseView, ...]:
    return tuple(
        PromiseView(n, row.id, row.quote, row.state, row.due_at, row.made_by, row.made_at)
        for n, row in enumerate(promise_rows(session, escalation_id), 1)
    )


def _conversations(session: Session, escalation_id: int) -> tuple[ConversationView, ...]:
    count = func.count(Message.id)
    found = session.execute(
        select(Conversation, count)
        .outerjoin(Message, Message.conversation_id == Conversation.id)
        .where(Conversation.escalation_id == escalation_id)
        .group_by(Conversation.id)
        .order_by(Conversation.last_at, Conversation.id)
    )
    return tuple(ConversationView(c.id, c.subject, c.risk, c.score, c.last_at, number) for c, number in found)


def _comments(session: Session, escalation_id: int) -> tuple[CommentView, ...]:
    found = session.execute(
        select(Comment, Person.name)
        .join(Person, Person.id == Comment.person_id)
        .where(Comment.escalation_id == escalation_id)
        .order_by(Comment.at.desc(), Comment.id.desc())
        .limit(LATEST)
    ).all()
    return tuple(CommentView(c.id, c.at, name, c.text) for c, name in reversed(found))


def _timeline(session: Session, number: str) -> tuple[ChangeView, ...]:
    found = session.scalars(select(Audit).where(Audit.stream == number).order_by(Audit.seq.desc()).limit(LATEST)).all()
    return tuple(
        ChangeView(a.seq, a.at, a.actor, a.channel, a.action, a.from_value, a.to_value, a.reason)
        for a in reversed(found)
    )
