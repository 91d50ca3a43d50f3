"""Tables behind search: one row for each text that can be found, what waits to be indexed, and the words there are.

Triggers (search.sql) keep them true: a new or changed text is due, one that was emptied or deleted is gone in the same
transaction.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key


class Source(StrEnum):
    """What a text is: the table its row stands in."""

    MESSAGE = "message"
    COMMENT = "comment"
    CLOSEOUT = "closeout"
    ATTACHMENT = "attachment"
    DOCUMENT = "document"


class SearchEntry(Base):
    """A text by where it stands (`kind` is a `Source`, `ref_id` the row's id) and its words, folded.

    `words` holds each word as written (weight A in titles, B in texts), its stem (D) and `from:` with the sender.
    `text` is kept for files only; others are quoted from their own row. Conversation and escalation follow the row;
    rights and filters go by those, as they are now. They have no foreign key: filling must wait for nobody.
    """

    __tablename__ = "search_entry"
    id: Mapped[Key]
    kind: Mapped[str]
    ref_id: Mapped[int]
    conversation_id: Mapped[int | None] = mapped_column(index=True)
    escalation_id: Mapped[int | None] = mapped_column(index=True)
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(server_default="")
    words: Mapped[str] = mapped_column(TSVECTOR)
    __table_args__ = (
        Index("uq_search_entry_row", "kind", "ref_id", unique=True),
        Index("ix_search_entry_at", "at"),
        # No pending list: what was just added must not make the next search slow.
        Index("ix_search_entry_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )


class SearchDue(Base):
    """A row whose text waits to be indexed; it goes with the indexing, in one transaction."""

    __tablename__ = "search_due"
    kind: Mapped[str] = mapped_column(primary_key=True)
    ref_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class SearchWord(Base):
    """A word of letters that stands in `n` indexed texts; gone with the last of them. Typing slips are mended by it."""

    __tablename__ = "search_word"
    word: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int]
    __table_args__ = (
        Index("ix_search_word_alike", "word", postgresql_using="gin", postgresql_ops={"word": "gin_trgm_ops"}),
    )
