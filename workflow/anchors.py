"""Attaches escalations to leads, deals, projects and tasks, and keeps the history of what each was attached to."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.recordwords import AnchorKind
from store.anchors import Anchor, AnchorComment, Anchoring
from store.audit import SYSTEM
from store.people import Account, Person
from store.record import Escalation
from store.visibility import sees_anchor
from workflow.change import By, Step, append, written
from workflow.comments import cut
from workflow.errors import NotFound, Refused


@dataclass(frozen=True)
class Name:
    """What people call an anchor by: its kind and its id in the system it comes from."""

    kind: AnchorKind
    external_id: str

    def __str__(self) -> str:
        return f"{self.kind.value} {self.external_id}"


def name_of(anchor: Anchor) -> Name:
    """`deal D-7` for the anchor."""
    return Name(AnchorKind(anchor.kind), anchor.external_id)


def find_anchor(session: Session, person_id: int | None, name: Name, *, locked: bool = False) -> Anchor:
    """The anchor of this name; `person_id` None is the one at the console, who sees all.

    Raises:
        NotFound: there is none, or none this person may see: the two read the same.

    """
    person = None if person_id is None else session.get(Person, person_id)
    found = select(Anchor).where(
        Anchor.kind == name.kind, Anchor.external_id.ilike(_exactly(name.external_id)), sees_anchor(person)
    )
    anchors = session.scalars(found.with_for_update() if locked else found).all()
    # Ids that differ in their case only are two things; who types one in any case means the only one there is.
    exact = [each for each in anchors if each.external_id == name.external_id] or anchors
    if len(exact) != 1:
        raise NotFound(
            f"There is no {name} that you may see; `smokewatch anchors list` shows what there is, "
            "and `smokewatch anchors import` brings in more."
        )
    return exact[0]


def attach(session: Session, by: By, esc: Escalation, anchor: Anchor | None, why: str = "") -> None:
    """Attach the escalation to an anchor, or to none; what it was attached to before stays in the history.

    Raises:
        Refused: it is attached so already, or the anchor belongs to another customer.

    """
    if esc.anchor_id == (None if anchor is None else anchor.id):
        raise Refused(f"{esc.number} is attached to {'nothing' if anchor is None else name_of(anchor)} already.")
    if anchor is not None:
        _check_customer(session, esc, anchor)
    before = None if esc.anchor_id is None else str(name_of(session.get_one(Anchor, esc.anchor_id)))
    live = select(Anchoring).where(Anchoring.escalation_id == esc.id, Anchoring.until.is_(None))
    for stretch in session.scalars(live):
        stretch.until = by.now
    session.flush()
    esc.anchor_id = None if anchor is None else anchor.id
    if anchor is not None:
        said = why or f"attached by {by.actor}"
        session.add(Anchoring(escalation_id=esc.id, anchor_id=anchor.id, since=by.now, why=said))
    written(session, by, esc, Step("anchor", before, None if anchor is None else str(name_of(anchor)), why or None))


def comment_on(session: Session, by: By, anchor: Anchor, text: str) -> AnchorComment:
    """Write a comment on an anchor.

    Raises:
        Refused: an empty text, or nobody of ours who says it.

    """
    kept = cut(text.strip())
    if not kept or by.person_id is None:
        raise Refused("A comment needs a text, and one of us who says it.")
    comment = AnchorComment(anchor_id=anchor.id, person_id=by.person_id, at=by.now, text=kept)
    session.add(comment)
    anchor.changed_at = by.now
    session.flush()
    detail = {"anchor": anchor.id, "comment": comment.id}
    append(session, by, SYSTEM, Step("anchor comment", None, str(name_of(anchor)), detail=detail))
    return comment


def _check_customer(session: Session, esc: Escalation, anchor: Anchor) -> None:
    if None in (esc.account_id, anchor.account_id) or esc.account_id == anchor.account_id:
        return
    ours, theirs = (session.get_one(Account, each).name for each in (esc.account_id, anchor.account_id))
    raise Refused(f"{esc.number} is about {ours} and {name_of(anchor)} belongs to {theirs}; I will not mix customers.")


def _exactly(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
