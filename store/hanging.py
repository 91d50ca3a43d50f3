"""Reads what hangs on an escalation beside its mails: its files, and what it belongs and belonged to."""

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from config.recordwords import Target
from store.anchors import Anchor, AnchorComment, Anchoring
from store.files import Blob, Document
from store.people import Person
from store.record import Closeout
from store.shapes import AnchorView, FileView
from store.tasks import ActionItem

_CALLED = {
    Target.COMMENT: "comment",
    Target.ANCHOR_COMMENT: "comment",
    Target.CLOSEOUT: "closeout",
    Target.ACTION_ITEM: "action",
}


def files_of(session: Session, escalation_id: int) -> tuple[FileView, ...]:
    """The files on the escalation and on what belongs to it, oldest first."""
    return _files(session, Document.escalation_id == escalation_id)


def files_on_anchor(session: Session, anchor_id: int) -> tuple[FileView, ...]:
    """The files on a lead, deal, project or task and on its comments, oldest first."""
    comments = select(AnchorComment.id).where(AnchorComment.anchor_id == anchor_id)
    own = and_(Document.target == Target.ANCHOR, Document.target_id == anchor_id)
    return _files(session, own | and_(Document.target == Target.ANCHOR_COMMENT, Document.target_id.in_(comments)))


def _files(session: Session, which: ColumnElement[bool]) -> tuple[FileView, ...]:
    number = func.coalesce(Closeout.version, ActionItem.n, Document.target_id)
    found = session.execute(
        select(Document, Blob.size, Person.name, number)
        .join(Blob, Blob.sha256 == Document.sha256)
        .outerjoin(Person, Person.id == Document.person_id)
        .outerjoin(Closeout, and_(Document.target == Target.CLOSEOUT, Closeout.id == Document.target_id))
        .outerjoin(ActionItem, and_(Document.target == Target.ACTION_ITEM, ActionItem.id == Document.target_id))
        .where(which)
        .order_by(Document.at, Document.id)
    )
    return tuple(_file(d, size, by, on) for d, size, by, on in found)


def _file(d: Document, size: int, by: str | None, number: int) -> FileView:
    called = _CALLED.get(Target(d.target))
    on = "" if called is None else f"{called}:{number}"
    return FileView(d.id, d.name, d.content_type, size, d.sha256.hex(), d.target, d.target_id, on, by, d.at)


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
