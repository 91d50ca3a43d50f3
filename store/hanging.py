"""Reads what hangs on an escalation beside its mails: its files, and what it belongs and belonged to."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.anchors import Anchor, Anchoring
from store.files import Blob, Document
from store.people import Person
from store.shapes import AnchorView, FileView


def files_of(session: Session, escalation_id: int) -> tuple[FileView, ...]:
    """The files on the escalation and on what belongs to it, oldest first."""
    found = session.execute(
        select(Document, Blob.size, Person.name)
        .join(Blob, Blob.sha256 == Document.sha256)
        .outerjoin(Person, Person.id == Document.person_id)
        .where(Document.escalation_id == escalation_id)
        .order_by(Document.at, Document.id)
    )
    return tuple(file_view(each, size, name) for each, size, name in found)


def file_view(document: Document, size: int, by: str | None) -> FileView:
    """A file as people are shown it."""
    d = document
    return FileView(d.id, d.name, d.content_type, size, d.sha256.hex(), d.target, d.target_id, by, d.at)


def anchors_of(session: Session, escalation_id: int) -> tuple[AnchorView, ...]:
    """What the escalation belongs to and belonged to, oldest first."""
    found = session.execute(
        select(Anchor, Anchoring)
        .join(Anchoring, Anchoring.anchor_id == Anchor.id)
        .where(Anchoring.escalation_id == escalation_id)
        .order_by(Anchoring.id)
    )
    return tuple(
        AnchorView(a.kind, a.external_id, a.name, a.link, each.since, each.until, each.why) for a, each in found
    )
