"""Tables of what an escalation is about: leads, deals, projects and tasks of other systems."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key


class Anchor(Base):
    """A lead, deal, project or task, by its id in the system it comes from; `link` leads there.

    `parent_id` is the project of a task, `became_id` what a lead or a deal was handed over to.
    """

    __tablename__ = "anchor"
    id: Mapped[Key]
    kind: Mapped[str]
    external_id: Mapped[str]
    name: Mapped[str]
    link: Mapped[str] = mapped_column(server_default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("anchor.id"), index=True)
    became_id: Mapped[int | None] = mapped_column(ForeignKey("anchor.id"))
    priority: Mapped[str] = mapped_column(server_default="medium")
    state: Mapped[str] = mapped_column(server_default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("kind", "external_id"),)


class AnchorPerson(Base):
    """A person of ours who takes part in an anchor."""

    __tablename__ = "anchor_person"
    anchor_id: Mapped[int] = mapped_column(ForeignKey("anchor.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    why: Mapped[str]
    added_at: Mapped[datetime]


class AnchorComment(Base):
    """Something a person wrote on an anchor; `carried_from` is the comment it was carried over from."""

    __tablename__ = "anchor_comment"
    id: Mapped[Key]
    anchor_id: Mapped[int] = mapped_column(ForeignKey("anchor.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    text: Mapped[str]
    carried_from: Mapped[int | None] = mapped_column(ForeignKey("anchor_comment.id"))


class Anchoring(Base):
    """One stretch of time an escalation was attached to an anchor: the history of anchors. The last has no end."""

    __tablename__ = "anchoring"
    id: Mapped[Key]
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"))
    anchor_id: Mapped[int] = mapped_column(ForeignKey("anchor.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    why: Mapped[str]
    __table_args__ = (Index("uq_anchoring_live", "escalation_id", unique=True, postgresql_where=text("until IS NULL")),)
