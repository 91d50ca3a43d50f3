"""Reads what a replay came to - escalations and notices, with their evidence - in words that two replays share."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from smokewatch.replay.events import stamp
from store.mail import Conversation, Message
from store.outbox import Notice
from store.people import Account, Person
from store.record import Escalation
from store.risk import FindingRow

MOST_PROOFS = 5
"""Findings shown with one escalation, the strongest first."""


@dataclass(frozen=True)
class Proof:
    """One finding: its level, and the sentence with the mail it stands in."""

    signal: str
    level: int
    message_id: str
    quote: str


@dataclass(frozen=True)
class Raised:
    """One escalation. `key` is the Message-ID of its first mail, which is the same in every replay."""

    key: str
    number: str
    account: str | None
    title: str
    opened_at: datetime
    risk: str
    evidence: tuple[Proof, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"opened_at": stamp(self.opened_at)}


@dataclass(frozen=True)
class Posted:
    """One mail that would have gone out; `about` is the key of its escalation."""

    about: str | None
    account: str | None
    to: str
    kind: str
    at: datetime
    evidence: tuple[Proof, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"at": stamp(self.at)}


@dataclass(frozen=True)
class Outcome:
    """Everything one replay raised and would have sent, in the order of time."""

    raised: tuple[Raised, ...]
    posted: tuple[Posted, ...]


def outcome(session: Session) -> Outcome:
    """Read it from the schema a replay ran on; earlier escalations of the history are left out."""
    raised = {row.id: made for row, made in _raised(session)}
    return Outcome(tuple(raised.values()), tuple(_posted(session, raised)))


def _raised(session: Session) -> Iterator[tuple[Escalation, Raised]]:
    rows = select(Escalation, Account.name).outerjoin(Account, Account.id == Escalation.account_id)
    for row, account in session.execute(rows.order_by(Escalation.opened_at, Escalation.id)).all():
        if key := _first_mail(session, row.id):
            proofs = _proofs(session, row.id)
            yield row, Raised(key, row.number, account, row.title, row.opened_at, row.risk, proofs)


def _first_mail(session: Session, escalation_id: int) -> str | None:
    query = select(Message.message_id).join(Conversation, Conversation.id == Message.conversation_id)
    of_it = query.where(Conversation.escalation_id == escalation_id)
    return session.scalar(of_it.order_by(Message.sent_at, Message.id).limit(1))


def _proofs(session: Session, escalation_id: int) -> tuple[Proof, ...]:
    """Each signal at its highest, the strongest first."""
    rows = (
        select(FindingRow, Message.message_id)
        .join(Conversation, Conversation.id == FindingRow.conversation_id)
        .join(Message, Message.id == FindingRow.message_id)
        .where(Conversation.escalation_id == escalation_id)
        .order_by(FindingRow.level.desc(), FindingRow.id)
    )
    found: dict[str, Proof] = {}
    for row, message_id in session.execute(rows):
        found.setdefault(row.signal, Proof(row.signal, row.level, message_id, row.quote))
    return tuple(found.values())[:MOST_PROOFS]


def _posted(session: Session, raised: dict[int, Raised]) -> Iterator[Posted]:
    rows = select(Notice, Person.email).join(Person, Person.id == Notice.person_id).order_by(Notice.id)
    for row, email in session.execute(rows).all():
        about = raised.get(row.escalation_id or 0)
        proofs = tuple(_proof(session, each) for each in row.facts.get("evidence", []))
        account = about.account if about else None
        yield Posted(about.key if about else None, account, email, row.kind, row.created_at, proofs)


def _proof(session: Session, evidence: dict[str, Any]) -> Proof:
    message = session.get(Message, evidence["message_id"])
    return Proof(evidence["signal"], int(evidence["level"]), message.message_id if message else "", evidence["quote"])
