"""The table behind search: one row for each text that can be found."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key


class SearchEntry(Base):
    """A text by where it stands (`kind` message, comment, closeout or file, and its id), folded for search.

    Rights and filters go by the live rows it names, never by what was true when it was indexed.
    """

    __tablename__ = "search_entry"
    id: Mapped[Key]
    kind: Mapped[str]
    ref_id: Mapped[int]
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"), index=True)
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalation.id"), index=True)
    at: Mapped[datetime]
    title: Mapped[str]
    text: Mapped[str]
    words: Mapped[str] = mapped_column(TSVECTOR)
    __table_args__ = (
        UniqueConstraint("kind", "ref_id"),
        Index("ix_search_entry_words", "words", postgresql_using="gin"),
    )
