"""Tables of who is asked when: assignments by the matrix, rungs of the ladder that were climbed, absences."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, and_, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.base import Base, Key
from store.people import Person
from store.record import Participant


class AssignmentState(StrEnum):
    """Where a choice of the matrix stands; PROPOSED waits for a person's yes, REPLACED was followed by another."""

    PROPOSED = "proposed"
    MADE = "made"
    OVERRIDDEN = "overridden"
    RECONCILED = "reconciled"
    REPLACED = "replaced"


class Assignment(Base):
    """One choice of an owner by the matrix, with its reasons; or a person's override of one, until reconciled."""

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
    """One rung of the ladder an escalation stands or stood on: who is asked, since when, and when time is up.

    `version` is that of the escalation when these times were last held against what it is.
    """

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
    version: Mapped[int] = mapped_column(server_default="0")
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


def away_at(at: datetime) -> ColumnElement[bool]:
    """The clause on `Absence` that holds for those that run at `at`."""
    return and_(Absence.since <= at, Absence.ended_at.is_(None), or_(Absence.until.is_(None), Absence.until > at))


def absence_of(session: Session, person_id: int, at: datetime) -> Absence | None:
    """The absence of a person that runs at `at`; of several the one that ends last."""
    rows = select(Absence).where(Absence.person_id == person_id, away_at(at))
    return session.scalar(rows.order_by(Absence.until.desc().nulls_first(), Absence.id).limit(1))


def others_here(session: Session, escalation_id: int, person_id: int, at: datetime) -> bool:
    """Whether somebody else takes part in an escalation who is one of us still and not away."""
    gone = select(Absence.id).where(Absence.person_id == Person.id, away_at(at)).exists()
    rows = (
        select(Person.id)
        .join(Participant, Participant.person_id == Person.id)
        .where(Participant.escalation_id == escalation_id, Person.id != person_id, Person.active, ~gone)
    )
    return session.scalar(rows.limit(1)) is not None
