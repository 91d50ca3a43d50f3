"""Tables of files that belong to the record: bytes kept once by content, and what each is attached to."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base, Key


class Blob(Base):
    """The bytes of one file, by SHA-256: the same file attached twice is stored once."""

    __tablename__ = "blob"
    sha256: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]


class Document(Base):
    """One attached file. `target` names the kind of record it hangs on (config.recordwords.Target), `target_id` which.

    `escalation_id` is that of the target where it has one: visibility and search go by it.
    """

    __tablename__ = "document"
    id: Mapped[Key]
    target: Mapped[str]
    target_id: Mapped[int]
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalation.id"), index=True)
    sha256: Mapped[bytes] = mapped_column(ForeignKey("blob.sha256"), index=True)
    name: Mapped[str]
    content_type: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    __table_args__ = (Index("ix_document_target", "target", "target_id"),)
