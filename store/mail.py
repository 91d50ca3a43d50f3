"""Tables of mail as received and as read: folders, raw mails, deliveries, messages, conversations."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key

GONE = "(forgotten)"
"""Stands where a text was that is no longer kept."""


class Folder(Base):
    """One watched folder of one mailbox: its cursor and the lease of the one poller that may move it."""

    __tablename__ = "folder"
    id: Mapped[Key]
    mailbox: Mapped[str]
    name: Mapped[str]
    uidvalidity: Mapped[int | None]
    last_uid: Mapped[int] = mapped_column(server_default="0")
    lease_holder: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    lease_epoch: Mapped[int] = mapped_column(server_default="0")
    polled_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    failing_since: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    __table_args__ = (UniqueConstraint("mailbox", "name"),)


class RawMail(Base):
    """The bytes of one mail, kept for ever, and how far the work on them has come."""

    __tablename__ = "raw_mail"
    id: Mapped[Key]
    sha256: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    received_at: Mapped[datetime]
    kept_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="kept")
    attempts: Mapped[int] = mapped_column(server_default="0")
    claimed_until: Mapped[datetime | None]
    reason: Mapped[str | None]
    error: Mapped[str | None]
    done_at: Mapped[datetime | None]
    truncated: Mapped[bool] = mapped_column(server_default="false")
    __table_args__ = (
        Index("ix_raw_mail_waiting", "id", postgresql_where=text("state = 'kept'")),
        Index("ix_raw_mail_parked", "id", postgresql_where=text("state = 'parked'")),
    )


class Delivery(Base):
    """One place a mail was seen at: (folder, UIDVALIDITY, UID) is the ledger that reconciliation reads."""

    __tablename__ = "delivery"
    id: Mapped[Key]
    folder_id: Mapped[int] = mapped_column(ForeignKey("folder.id"))
    uidvalidity: Mapped[int]
    uid: Mapped[int]
    raw_mail_id: Mapped[int | None] = mapped_column(ForeignKey("raw_mail.id"), index=True)
    received_at: Mapped[datetime]
    misses: Mapped[int] = mapped_column(server_default="0")
    problem: Mapped[str | None]
    gone_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("folder_id", "uidvalidity", "uid"),
        Index("ix_delivery_open", "folder_id", "uid", postgresql_where=text("raw_mail_id IS NULL")),
        Index("ix_delivery_folder_received", "folder_id", "received_at"),
    )


class Conversation(Base):
    """Messages that belong together; `merged_into` is set when a later mail proved two to be one."""

    __tablename__ = "conversation"
    id: Mapped[Key]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalation.id"), index=True)
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    subject: Mapped[str] = mapped_column(server_default="")
    subject_key: Mapped[str] = mapped_column(server_default="")
    language: Mapped[str | None]
    risk: Mapped[str] = mapped_column(server_default="low")
    score: Mapped[float] = mapped_column(server_default="0")
    risk_since: Mapped[datetime | None]
    risk_state: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    next_review_at: Mapped[datetime | None] = mapped_column(index=True)
    __table_args__ = (Index("ix_conversation_account_last", "account_id", "last_at"),)


class ThreadNode(Base):
    """A Message-ID that was seen or only referred to, by SHA-256, and the conversation it belongs to.

    A reference to a mail never received ("ghost") has a row too, so a later sibling finds the same conversation.
    """

    __tablename__ = "thread_node"
    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)


class Message(Base):
    """One mail as read: who, when, what kind, its new text and what the signals' reader found in it."""

    __tablename__ = "message"
    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    raw_mail_id: Mapped[int] = mapped_column(ForeignKey("raw_mail.id"), index=True)
    content_key: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    message_id: Mapped[str]
    message_id_hash: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    kind: Mapped[str]
    direction: Mapped[str]
    from_address: Mapped[str]
    from_name: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    to_addresses: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    cc_addresses: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    subject: Mapped[str]
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime]
    new_text: Mapped[str]
    language: Mapped[str | None]
    reading: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reading_version: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    __table_args__ = (
        Index("ix_message_conversation_sent", "conversation_id", "sent_at"),
        Index("ix_message_account_sent", "account_id", "sent_at"),
    )


class Attachment(Base):
    """One attached file by content hash; its bytes are cut out of the raw mail when asked for."""

    __tablename__ = "attachment"
    id: Mapped[Key]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    position: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]


class ThreadSuggestion(Base):
    """A guess that a conversation continues another; nothing is moved until a person or the policy says so."""

    __tablename__ = "thread_suggestion"
    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    candidate_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    score: Mapped[float]
    why: Mapped[str]
    made_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("conversation_id", "candidate_id"),)


class Reconciliation(Base):
    """One comparison of a folder's UID list on the server with the ledger."""

    __tablename__ = "reconciliation"
    id: Mapped[Key]
    folder_id: Mapped[int] = mapped_column(ForeignKey("folder.id"), index=True)
    at: Mapped[datetime]
    since: Mapped[datetime]
    on_server: Mapped[int]
    in_ledger: Mapped[int]
    missing: Mapped[list[Any]] = mapped_column(JSONB)


class Sighting(Base):
    """When an outside address was seen on a conversation: tells a newcomer from a regular of the account."""

    __tablename__ = "sighting"
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    __table_args__ = (Index("ix_sighting_account_address", "account_id", "address"),)
