"""Finds what a file may hang on, by the words people use for it: `comment:5`, `closeout:1`, `action:3`."""

import re
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.recordwords import Target
from store.anchors import Anchor, AnchorComment
from store.files import Document
from store.people import Person
from store.record import Closeout, Comment, Escalation
from store.tasks import ActionItem
from store.visibility import sees, sees_anchor
from workflow.anchors import name_of
from workflow.documents import Place
from workflow.errors import NotFound, Refused

_SAID = re.compile(r"([a-z]+)[: ]#?(\d{1,15})", re.IGNORECASE)


def place_on(session: Session, esc: Escalation, said: str) -> Place:
    """The escalation itself for an empty text, else its comment by id, closeout by version, or action by number.

    Raises:
        Refused: the text names none of these, or the escalation has no such thing.

    """
    if not said.strip():
        return Place(Target.ESCALATION, esc.id, esc)
    match = _SAID.fullmatch(said.strip())
    finder = None if match is None else _FINDERS.get(match[1].lower())
    if match is None or finder is None:
        raise Refused(f'"{said[:60]}" is nothing a file hangs on: write comment:5, closeout:1 or action:3.')
    target, find = finder
    found = find(session, esc, int(match[2]))
    if found is None:
        raise NotFound(f"{esc.number} has no {match[1].lower()} {match[2]}; `smokewatch show {esc.number}` lists them.")
    return Place(target, found, esc)


def place_on_anchor(session: Session, anchor: Anchor, said: str) -> Place:
    """The anchor itself for an empty text, else its comment by id. Raises Refused where there is none such."""
    if not said.strip():
        return Place(Target.ANCHOR, anchor.id, None)
    match = _SAID.fullmatch(said.strip())
    wanted = int(match[2]) if match is not None and match[1].lower() == "comment" else 0
    comment = select(AnchorComment.id).where(AnchorComment.anchor_id == anchor.id, AnchorComment.id == wanted)
    found = session.scalar(comment)
    if found is None:
        raise Refused(f'{name_of(anchor)} has no "{said[:60]}"; a file hangs on it, or on a comment: comment:5.')
    return Place(Target.ANCHOR_COMMENT, found, None)


def find_document(session: Session, person: Person | None, document_id: int) -> Document:
    """A file by its number, as far as this person may see what it hangs on; None is the one at the console.

    Raises:
        NotFound: there is none, or none this person may see: the two read the same.

    """
    comments = select(AnchorComment.id).join(Anchor, Anchor.id == AnchorComment.anchor_id)
    seen = (
        Document.escalation_id.in_(select(Escalation.id).where(sees(person)))
        | ((Document.target == Target.ANCHOR) & Document.target_id.in_(select(Anchor.id).where(sees_anchor(person))))
        | ((Document.target == Target.ANCHOR_COMMENT) & Document.target_id.in_(comments.where(sees_anchor(person))))
    )
    found = session.scalar(select(Document).where(Document.id == document_id, seen))
    if found is None:
        raise NotFound(f"There is no file {document_id} that you may see; `smokewatch files ESC-1` lists them.")
    return found


def place_of(session: Session, document: Document) -> Place:
    """What a file hangs on, its escalation locked for the change to come."""
    esc = None
    if document.escalation_id is not None:
        esc = session.get_one(Escalation, document.escalation_id, with_for_update=True, populate_existing=True)
    return Place(Target(document.target), document.target_id, esc)


def _comment(session: Session, esc: Escalation, number: int) -> int | None:
    return session.scalar(select(Comment.id).where(Comment.escalation_id == esc.id, Comment.id == number))


def _closeout(session: Session, esc: Escalation, number: int) -> int | None:
    return session.scalar(select(Closeout.id).where(Closeout.escalation_id == esc.id, Closeout.version == number))


def _action(session: Session, esc: Escalation, number: int) -> int | None:
    return session.scalar(select(ActionItem.id).where(ActionItem.escalation_id == esc.id, ActionItem.n == number))


_Finder = Callable[[Session, Escalation, int], int | None]
_FINDERS: dict[str, tuple[Target, _Finder]] = {
    "comment": (Target.COMMENT, _comment),
    "closeout": (Target.CLOSEOUT, _closeout),
    "action": (Target.ACTION_ITEM, _action),
}
