"""Finds what waits for somebody, queue by queue, within what the asking person may see."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from config.words import Direction, MailKind, PromiseState, RawState, Risk, Role, State
from store.mail import Conversation, Message, RawMail
from store.people import Account, Person, Team
from store.record import Escalation
from store.risk import Promise
from store.rollups import REPEAT_DAYS, live, seen_by, urgent

MOST = 1_000
"""Rows of one queue that are looked at; who has more waiting needs other help than a list."""


@dataclass(frozen=True)
class QueueRow:
    """One thing that waits. `ref` names it (ESC-7, a customer, a mail), `since` is how long or by when it was due."""

    ref: str
    about: str
    title: str
    note: str
    since: datetime | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: times as ISO 8601."""
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(self).items()}


@dataclass(frozen=True)
class QueueCount:
    """How many wait in a queue, and the worst of them."""

    name: str
    title: str
    count: int
    worst: QueueRow


@dataclass(frozen=True)
class Unanswered:
    """A customer's mail that nobody answered, on an escalation; whether that is too long is for its calendar to say."""

    escalation: Escalation
    account: str | None
    team: Team | None
    message: Message


def new(session: Session, person: Person | None, _now: datetime) -> list[QueueRow]:
    """Open, and nobody has acknowledged it."""
    rows = _escalations(session, person, Escalation.state == State.OPEN)
    return [_row(esc, account, _risk(esc), esc.reopened_at or esc.opened_at) for esc, account in rows]


def severe(session: Session, person: Person | None, _now: datetime) -> list[QueueRow]:
    """Not resolved, and Sev 1 or of high or critical priority."""
    rows = _escalations(session, person, live(), urgent())
    return [_row(esc, account, f"Sev {esc.path}, priority {esc.priority}", esc.opened_at) for esc, account in rows]


def repeated(session: Session, person: Person | None, now: datetime) -> list[QueueRow]:
    """Customers with two escalations or more that were opened in the last 90 days."""
    number, last = func.count(), func.max(Escalation.opened_at)
    query = (
        select(Account.name, number, last, func.count().filter(live()))
        .join(Escalation, Escalation.account_id == Account.id)
        .where(seen_by(person), Escalation.opened_at > now - timedelta(days=REPEAT_DAYS))
        .group_by(Account.id)
        .having(number > 1)
        .order_by(number.desc(), last.desc(), Account.name)
        .limit(MOST)
    )
    return [
        QueueRow(name, name, f"{count} escalations in {REPEAT_DAYS} days", f"{still} of them open", at)
        for name, count, at, still in session.execute(query)
    ]


def overdue_steps(session: Session, person: Person | None, now: datetime) -> list[QueueRow]:
    """The next step was due, and is still the next one."""
    rows = _escalations(session, person, live(), Escalation.next_step_due < now)
    return [_row(esc, account, f"next step overdue: {esc.next_step}", esc.next_step_due) for esc, account in rows]


def unanswered(session: Session, person: Person | None) -> list[Unanswered]:
    """For each live escalation the oldest mail of the customer that no mail of ours in its conversation follows."""
    ours = aliased(Message)
    answers = ours.conversation_id == Message.conversation_id, ours.direction == Direction.OUT
    last = select(func.max(ours.sent_at)).where(*answers, ours.kind == MailKind.COLLEAGUE).scalar_subquery()
    query = (
        select(Escalation, Account.name, Team, Message)
        .join(Conversation, Conversation.escalation_id == Escalation.id)
        .join(Message, and_(Message.conversation_id == Conversation.id, Message.kind == MailKind.CUSTOMER))
        .outerjoin(Account, Account.id == Escalation.account_id)
        .outerjoin(Team, Team.id == Escalation.team_id)
        .where(seen_by(person), live(), or_(last.is_(None), Message.sent_at > last))
        .order_by(Message.sent_at, Message.id)
        .limit(MOST)
    )
    return [Unanswered(*row) for row in session.execute(query)]


def waiting(session: Session, person: Person | None, _now: datetime) -> list[QueueRow]:
    """Another team has the next move; where it is the customer, nobody of ours is waited for."""
    rows = _escalations(session, person, live(), Escalation.waiting_on != "customer")
    return [_row(esc, account, f"waiting on {esc.waiting_on}", esc.changed_at) for esc, account in rows]


def unowned(session: Session, person: Person | None, _now: datetime) -> list[QueueRow]:
    """Nobody is accountable."""
    rows = _escalations(session, person, live(), Escalation.owner_id.is_(None))
    return [_row(esc, account, _risk(esc), esc.opened_at) for esc, account in rows]


def promises_due(session: Session, person: Person | None, until: datetime) -> list[QueueRow]:
    """Promises of live escalations that are pending and due before `until`, the first due first."""
    account = aliased(Account)
    query = (
        select(Promise, Escalation, account.name)
        .outerjoin(Conversation, Conversation.id == Promise.conversation_id)
        .join(Escalation, Escalation.id == func.coalesce(Promise.escalation_id, Conversation.escalation_id))
        .outerjoin(account, account.id == Escalation.account_id)
        .where(seen_by(person), live(), Promise.state == PromiseState.PENDING, Promise.due_at < until)
        .order_by(Promise.due_at, Promise.id)
        .limit(MOST)
    )
    return [
        _row(esc, name, f"{promise.made_by} promised: {promise.quote}", promise.due_at)
        for promise, esc, name in session.execute(query)
    ]


def provisional(session: Session, person: Person | None, _now: datetime) -> list[QueueRow]:
    """Customers made from unknown senders: an admin is shown all, others those they see an escalation of."""
    query = select(Account).where(Account.provisional)
    if person is not None and person.role != Role.ADMIN:
        query = query.where(Account.id.in_(select(Escalation.account_id).where(seen_by(person))))
    found = session.scalars(query.order_by(Account.created_at, Account.id).limit(MOST))
    return [
        QueueRow(each.name, each.name, "made from an unknown sender", "not confirmed", each.created_at)
        for each in found
    ]


def parked(session: Session, person: Person | None, _now: datetime) -> list[QueueRow]:
    """Mails that could not be read: for admins only, since nobody knows yet whose they are."""
    if person is not None and (person.role != Role.ADMIN or not person.active):
        return []
    query = select(RawMail.id, RawMail.reason, RawMail.received_at).where(RawMail.state == RawState.PARKED)
    found = session.execute(query.order_by(RawMail.id).limit(MOST))
    return [QueueRow(f"mail {key}", "", "could not be read", reason or "", at) for key, reason, at in found]


def _escalations(
    session: Session, person: Person | None, *clauses: ColumnElement[bool]
) -> list[tuple[Escalation, str]]:
    """Escalations with the customer's name; the worst first, then the longest unchanged."""
    rank = case({risk.value: risk.rank for risk in Risk}, value=Escalation.risk, else_=0)
    query: Select[Escalation, str] = (
        select(Escalation, func.coalesce(Account.name, ""))
        .outerjoin(Account, Account.id == Escalation.account_id)
        .where(seen_by(person), *clauses)
        .order_by(rank.desc(), Escalation.path, Escalation.changed_at, Escalation.id)
        .limit(MOST)
    )
    return [(esc, account) for esc, account in session.execute(query)]


def _row(esc: Escalation, account: str | None, note: str, since: datetime | None) -> QueueRow:
    return QueueRow(esc.number, account or "", esc.title, note, since)


def _risk(esc: Escalation) -> str:
    return f"risk {esc.risk}, priority {esc.priority}"
