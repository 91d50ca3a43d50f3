"""Tables of who is asked when: assignments by the matrix, rungs of the ladder that were climbed, absences."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key


class Assignment(Base):
    """One choice of an owner by the matrix, with its reasons; or a person's override of one, until reconciled.

    `state`: proposed (waits for a person's yes), made, overridden, reconciled, refused.
    """

    __tablename__ = "assignment"
    id: Mapped[Key]
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), index=True)
    category: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str]
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime]
    override_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    override_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    override_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(server_default="")
    reconciled_at: Mapped[datetime | None]
    reconciled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    __table_args__ = (Index("ix_assignment_overridden", "override_at", postgresql_where=text("state = 'overridden'")),)


class Rung(Base):
    """One rung of the ladder an escalation stands or stood on: who is asked, since when, and when time is up."""

    __tablename__ = "rung"
    id: Mapped[Key]
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), index=True)
    rung: Mapped[int]
    name: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime]
    half_at: Mapped[datetime]
    most_at: Mapped[datetime]
    due_at: Mapped[datetime]
    told: Mapped[int] = mapped_column(server_default="0")
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(server_default="")
    __table_args__ = (Index("uq_rung_live", "escalation_id", unique=True, postgresql_where=text("ended_at IS NULL")),)


class Absence(Base):
    """A person is away: read from their auto-reply (`message_id`), or set. Without an end until they are back."""

    __tablename__ = "absence"
    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    quote: Mapped[str] = mapped_column(server_default="")
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    set_by: Mapped[str]
    ended_at: Mapped[datetime | None]
