"""Tables of what several customers report at once: the traces their mails leave, and what was told of them."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base


class Trace(Base):
    """What one customer mail is about, in a form that the same trouble has with others (`error 307`)."""

    __tablename__ = "trace"
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    __table_args__ = (Index("ix_trace_fingerprint", "fingerprint", "at"), Index("ix_trace_at", "at"))


class Incident(Base):
    """A fingerprint that managers were told of, when, and the conversations that had it then."""

    __tablename__ = "incident"
    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    told_at: Mapped[datetime]
    conversations: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
