"""Tables of what goes to the customer and comes back: mails that a person approved, and ratings."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key


class CustomerMail(Base):
    """A mail to the customer. It is a draft until a person sends it; `n` is its number on the escalation.

    `kind`: update or satisfaction (config.words.CustomerMailKind), `state` as config.words.CustomerMailState.
    `message_id` is fixed when it is approved, so that a re-send after a broken session carries the same. Without the
    person who approved it the database refuses every state in which it could leave the house.
    """

    __tablename__ = "customer_mail"
    id: Mapped[Key]
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"))
    n: Mapped[int]
    kind: Mapped[str]
    to_addresses: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    from_address: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    in_reply_to: Mapped[str] = mapped_column(server_default="")
    references: Mapped[list[str]] = mapped_column(ARRAY(TEXT), server_default="{}")
    state: Mapped[str] = mapped_column(server_default="draft")
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    message_id: Mapped[str | None] = mapped_column(unique=True)
    not_before: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    phase: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    repeats: Mapped[int] = mapped_column(server_default="0")
    __table_args__ = (
        UniqueConstraint("escalation_id", "n"),
        CheckConstraint("state IN ('draft', 'withdrawn') OR approved_by IS NOT NULL", name="approved"),
        Index("ix_customer_mail_waiting", "not_before", postgresql_where=sql("state = 'waiting'")),
    )


class Rating(Base):
    """How content the customer was with one closed escalation, 1 to 5, in their own mail or written down by hand.

    Who answers again has thought again: of an address there is one for each escalation that was rated.
    """

    __tablename__ = "rating"
    id: Mapped[Key]
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    address: Mapped[str]
    score: Mapped[int]
    text: Mapped[str] = mapped_column(server_default="")
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), unique=True)
    at: Mapped[datetime]
    __table_args__ = (CheckConstraint("score BETWEEN 1 AND 5", name="score"),)
