"""Reads the story of one escalation - mails, findings, promises, risk, acts, notices - in the order of events."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from store.mail import Conversation, Message
from store.outbox import Notice
from store.people import Person
from store.record import Audit, Escalation
from store.risk import Feedback, FindingRow, Promise, PromiseEvent, RiskChange

KINDS = ("mail", "promise", "finding", "risk", "record", "notice", "feedback")
"""What can happen, in the order in which things of one moment are told: cause before effect."""


@dataclass(frozen=True)
class Event:
    """Something that happened; `facts` are plain values, by kind.

    A `finding` carries signal, from_level, level, rule_id, lexicon_version, message_id, start, end, quote, features,
    contribution, clears_when and ended_at: `quote` is the message's new text from `start` to `end`, to the letter.
    """

    at: datetime
    kind: str
    id: int
    facts: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: times as ISO 8601."""
        facts = {key: each.isoformat() if isinstance(each, datetime) else each for key, each in self.facts.items()}
        return {"at": self.at.isoformat(), "event": self.kind, **facts}


def story(session: Session, escalation: Escalation) -> list[Event]:
    """All that happened on the escalation and in its conversations, oldest first."""
    told = [
        *_mails(session, escalation),
        *_promises(session, escalation),
        *_findings(session, escalation),
        *_risks(session, escalation),
        *_record(session, escalation),
        *_notices(session, escalation),
        *_feedback(session, escalation),
    ]
    return sorted(told, key=lambda event: (event.at, KINDS.index(event.kind), event.id))


def _own(column: Any, escalation: Escalation) -> ColumnElement[bool]:
    """Rows of the escalation's conversations."""
    own: ColumnElement[bool] = column.in_(select(Conversation.id).where(Conversation.escalation_id == escalation.id))
    return own


def _mails(session: Session, escalation: Escalation) -> Iterator[Event]:
    m = Message
    columns = (m.id, m.sent_at, m.kind, m.direction, m.from_name, m.from_address, m.subject, m.message_id)
    for row in session.execute(select(*columns).where(_own(m.conversation_id, escalation))):
        facts = {
            "message": row.id,
            "message_id": row.message_id,
            "kind": row.kind,
            "direction": row.direction,
            "from": row.from_name or row.from_address,
            "subject": row.subject,
        }
        yield Event(row.sent_at, "mail", row.id, facts)


_FINDING = (
    "signal", "from_level", "level", "rule_id", "lexicon_version", "message_id", "start", "end", "quote", "features",
    "contribution", "clears_when", "last_evidence_at", "ended_at",
)  # fmt: skip


def _findings(session: Session, escalation: Escalation) -> Iterator[Event]:
    for row in session.scalars(select(FindingRow).where(_own(FindingRow.conversation_id, escalation))):
        yield Event(row.found_at, "finding", row.id, {name: getattr(row, name) for name in _FINDING})


def _promises(session: Session, escalation: Escalation) -> Iterator[Event]:
    of_it = or_(_own(Promise.conversation_id, escalation), Promise.escalation_id == escalation.id)
    moves = select(PromiseEvent, Promise).join(Promise, Promise.id == PromiseEvent.promise_id).where(of_it)
    for move, promise in session.execute(moves):
        facts = {
            "quote": promise.quote,
            "kind": promise.kind,
            "by": promise.made_by,
            "due": promise.due_at,
            "assumed": promise.assumed,
            "from": move.from_state,
            "to": move.to_state,
            "why": move.why,
            "message": move.message_id,
        }
        yield Event(move.at, "promise", move.id, facts)


def _risks(session: Session, escalation: Escalation) -> Iterator[Event]:
    for row in session.scalars(select(RiskChange).where(_own(RiskChange.conversation_id, escalation))):
        facts = {"conversation": row.conversation_id, "from": row.from_risk, "to": row.to_risk}
        yield Event(row.at, "risk", row.id, facts | {"score": round(row.score, 4), "terms": row.terms})


def _record(session: Session, escalation: Escalation) -> Iterator[Event]:
    names = ("actor", "channel", "action", "from_value", "to_value", "reason")
    for row in session.scalars(select(Audit).where(Audit.stream == escalation.number)):
        yield Event(row.at, "record", row.seq, {name: getattr(row, name) for name in names})


def _notices(session: Session, escalation: Escalation) -> Iterator[Event]:
    n = Notice
    rows = select(n, Person.name).join(Person, Person.id == n.person_id).where(n.escalation_id == escalation.id)
    for row, name in session.execute(rows):
        facts = {"kind": row.kind, "to": name, "state": row.state, "sent_at": row.sent_at}
        yield Event(row.created_at, "notice", row.id, facts | {"why": row.facts.get("why", "")})


def _feedback(session: Session, escalation: Escalation) -> Iterator[Event]:
    rows = (
        select(Feedback, Person.name, FindingRow.signal)
        .join(Person, Person.id == Feedback.person_id)
        .outerjoin(FindingRow, FindingRow.id == Feedback.finding_id)
        .where(Feedback.escalation_id == escalation.id)
    )
    for row, name, signal in session.execute(rows):
        yield Event(row.at, "feedback", row.id, {"by": name, "useful": row.useful, "signal": signal, "why": row.why})
