"""Tables of the record: escalations, who takes part, comments, closeouts, and the append-only audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key


class Escalation(Base):
    """The record with a number. `version` rises with every change, so that a stale command is seen."""

    __tablename__ = "escalation"
    id: Mapped[Key]
    title: Mapped[str]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    type: Mapped[str] = mapped_column(server_default="help_needed")
    category: Mapped[str] = mapped_column(server_default="product")
    path: Mapped[int] = mapped_column(server_default="2")
    priority: Mapped[str] = mapped_column(server_default="medium")
    state: Mapped[str] = mapped_column(server_default="open", index=True)
    risk: Mapped[str] = mapped_column(server_default="low")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    waiting_on: Mapped[str | None]
    swarming: Mapped[bool] = mapped_column(server_default="false")
    next_step: Mapped[str | None]
    next_step_due: Mapped[datetime | None]
    steps_to_resolve: Mapped[str | None]
    path_to_green: Mapped[str | None]
    affected_users: Mapped[int | None]
    links: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default="{}")
    custom: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    anchor_id: Mapped[int | None] = mapped_column(ForeignKey("anchor.id"), index=True)
    opened_at: Mapped[datetime]
    opened_why: Mapped[str]
    acknowledged_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]
    root_cause: Mapped[str | None]
    resolution: Mapped[str | None]
    customer_impact: Mapped[str | None]
    internal_impact: Mapped[str | None]
    lessons: Mapped[str | None]
    locked_at: Mapped[datetime | None]
    locked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("escalation.id"))
    version: Mapped[int] = mapped_column(server_default="1")

    @property
    def number(self) -> str:
        """The public name, `ESC-42`."""
        return f"ESC-{self.id}"


class Participant(Base):
    """A person on an escalation, and until when that person wants no mail about it."""

    __tablename__ = "participant"
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    added_at: Mapped[datetime]
    why: Mapped[str]
    snoozed_until: Mapped[datetime | None]


class Comment(Base):
    """Something a person of ours wrote on an escalation."""

    __tablename__ = "comment"
    id: Mapped[Key]
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    text: Mapped[str]
    channel: Mapped[str]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    __table_args__ = (UniqueConstraint("message_id", "escalation_id"),)


class Closeout(Base):
    """One version of the written post-mortem; versions are never changed, only added."""

    __tablename__ = "closeout"
    id: Mapped[Key]
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"))
    version: Mapped[int]
    root_cause: Mapped[str]
    resolution: Mapped[str]
    customer_impact: Mapped[str] = mapped_column(server_default="")
    internal_impact: Mapped[str] = mapped_column(server_default="")
    lessons: Mapped[str] = mapped_column(server_default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("escalation_id", "version"),)


class SignOff(Base):
    """The customer's word that it is settled: their own sentence from their mail, or one written down by hand."""

    __tablename__ = "sign_off"
    id: Mapped[Key]
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), index=True)
    closeout_id: Mapped[int | None] = mapped_column(ForeignKey("closeout.id"))
    by_address: Mapped[str]
    quote: Mapped[str]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Audit(Base):
    """One change, for ever. `seq`, `prev` and `hash` are written by the database (see audit.sql).

    Rows of one stream (`ESC-42`, or `system`) form a chain: each hash covers the row and the hash before it.
    """

    __tablename__ = "audit"
    stream: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    channel: Mapped[str]
    action: Mapped[str]
    from_value: Mapped[str | None]
    to_value: Mapped[str | None]
    reason: Mapped[str | None]
    detail: Mapped[str] = mapped_column(server_default="{}")
    prev: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (
        Index("ix_audit_rejected", "from_value", "at", postgresql_where=text("action = 'command rejected'")),
    )


class AuditHead(Base):
    """The last link of each stream, moved by the database only, so that a cut-off tail is seen."""

    __tablename__ = "audit_head"
    stream: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class PendingCommand(Base):
    """Commands that wait for a one-time confirm; `nonce` is part of the confirming token."""

    __tablename__ = "pending_command"
    id: Mapped[Key]
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    commands: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class CommandMail(Base):
    """A mail that was obeyed, by what its writer said and when: the same words re-sent are not obeyed again."""

    __tablename__ = "command_mail"
    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    at: Mapped[datetime]


class UndoEntry(Base):
    """What would take a command back, kept until it is used or too old."""

    __tablename__ = "undo_entry"
    id: Mapped[Key]
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    verb: Mapped[str]
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version_after: Mapped[int]
    used_at: Mapped[datetime | None]
