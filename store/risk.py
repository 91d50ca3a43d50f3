"""Tables of what the signals said: findings, promises, risk changes, and people's verdicts on them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, WriteOnlyMapped, mapped_column, relationship

from store.base import Base, Key


class FindingRow(Base):
    """One level of one signal on one conversation with its proof; a change of level adds a row and ends the old."""

    __tablename__ = "finding"
    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    signal: Mapped[str]
    level: Mapped[int]
    from_level: Mapped[int]
    strength: Mapped[float]
    contribution: Mapped[float]
    rule_id: Mapped[str]
    lexicon_version: Mapped[str]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    start: Mapped[int]
    end: Mapped[int]
    quote: Mapped[str]
    features: Mapped[dict[str, Any]] = mapped_column(JSONB)
    clears_when: Mapped[str]
    text_only: Mapped[bool] = mapped_column(server_default="false")
    found_at: Mapped[datetime]
    last_evidence_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        Index("uq_finding_live", "conversation_id", "signal", unique=True, postgresql_where=text("ended_at IS NULL")),
    )


class ShadowFinding(Base):
    """What a rule on trial would have said; nobody is mailed for it. `rule` is its name in the policy."""

    __tablename__ = "shadow_finding"
    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    rule: Mapped[str]
    signal: Mapped[str]
    level: Mapped[int]
    rule_id: Mapped[str]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    start: Mapped[int]
    end: Mapped[int]
    quote: Mapped[str]
    found_at: Mapped[datetime]
    __table_args__ = (
        UniqueConstraint("conversation_id", "rule", "level", "message_id", "start"),
        Index("ix_shadow_found", "rule", "found_at"),
    )


class RiskChange(Base):
    """One step of a conversation's risk, with the terms that made it up."""

    __tablename__ = "risk_change"
    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    at: Mapped[datetime]
    from_risk: Mapped[str]
    to_risk: Mapped[str]
    score: Mapped[float]
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Promise(Base):
    """A dated commitment of ours: found in an outgoing mail (message and span) or set by a command."""

    __tablename__ = "promise"
    id: Mapped[Key]
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"), index=True)
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalation.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    start: Mapped[int]
    end: Mapped[int]
    quote: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    due_at: Mapped[datetime | None]
    grace_until: Mapped[datetime | None]
    assumed: Mapped[bool]
    ambiguous: Mapped[bool] = mapped_column(server_default="false")
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    forced: Mapped[bool] = mapped_column(server_default="false")
    events: WriteOnlyMapped["PromiseEvent"] = relationship()
    __table_args__ = (
        UniqueConstraint("message_id", "start"),
        Index("ix_promise_due", "grace_until", postgresql_where=text("state = 'pending'")),
    )


class PromiseEvent(Base):
    """One move of a promise, each with the sentence that moved it, which stands in that message."""

    __tablename__ = "promise_event"
    id: Mapped[Key]
    promise_id: Mapped[int] = mapped_column(ForeignKey("promise.id"), index=True)
    at: Mapped[datetime]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    why: Mapped[str]
    quote: Mapped[str] = mapped_column(server_default="")
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))


class Feedback(Base):
    """A person's verdict on the findings behind an alert: useful, or noise and why."""

    __tablename__ = "feedback"
    id: Mapped[Key]
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), index=True)
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("finding.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    useful: Mapped[bool]
    why: Mapped[str]
