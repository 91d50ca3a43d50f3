"""Tables of what goes out: notices, digest windows, the health of recipients, and the instance's keys."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key


class Notice(Base):
    """One mail to one person that must go out exactly once.

    `key` is made of (kind, escalation, event, person) and unique: a re-run cannot make a second one.
    `message_id` is made from the key, so that a re-send after a broken session carries the same.
    """

    __tablename__ = "notice"
    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    message_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalation.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    urgent: Mapped[bool] = mapped_column(server_default="false")
    weight: Mapped[float] = mapped_column(server_default="0")
    state: Mapped[str] = mapped_column(server_default="waiting")
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    phase: Mapped[str | None]
    last_error: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    repeats: Mapped[int] = mapped_column(server_default="0")
    __table_args__ = (
        Index("ix_notice_waiting", "not_before", postgresql_where=text("state = 'waiting'")),
        Index("ix_notice_person_sent", "person_id", "sent_at"),
        Index("ix_notice_sent", "sent_at"),
        Index("ix_notice_held", "person_id", postgresql_where=text("state = 'held'")),
    )


class DigestWindow(Base):
    """One person's digest of one local day: claimed once, whether or not there was anything to say."""

    __tablename__ = "digest_window"
    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    day: Mapped[date]
    since: Mapped[datetime]
    until: Mapped[datetime]
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notice.id"))
    __table_args__ = (UniqueConstraint("person_id", "day"),)


class RecipientHealth(Base):
    """What bounces told us about an address; a blocked one gets no mail until the time given."""

    __tablename__ = "recipient_health"
    address: Mapped[str] = mapped_column(primary_key=True)
    hard_bounces: Mapped[int] = mapped_column(server_default="0")
    soft_bounces: Mapped[int] = mapped_column(server_default="0")
    last_bounce_at: Mapped[datetime | None]
    last_reason: Mapped[str | None]
    blocked_until: Mapped[datetime | None]


class InstanceKey(Base):
    """A secret of this installation: reply-token keys (two may live at once) and the loop header's id."""

    __tablename__ = "instance_key"
    id: Mapped[Key]
    purpose: Mapped[str]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
