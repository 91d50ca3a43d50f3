"""Gives an escalation what another one knew and it does not, when the other becomes part of it."""

from sqlalchemy.orm import Session

from store.anchors import Anchor
from store.record import Escalation
from workflow.anchors import attach
from workflow.change import By, Step, written
from workflow.fields import MOST_LINKS

FIELDS = ("affected_users", "steps_to_resolve", "path_to_green")


def take_fields(session: Session, by: By, source: Escalation, target: Escalation) -> int | None:
    """Fill in what `target` lacks; its own words stay. The anchor it got from the source, or None."""
    for field in FIELDS:
        value = getattr(source, field)
        if value is not None and getattr(target, field) is None:
            setattr(target, field, value)
            written(session, by, target, Step(field, None, str(value), f"from {source.number}"))
    new = [link for link in source.links if link not in target.links][: MOST_LINKS - len(target.links)]
    if new:
        target.links = [*target.links, *new]
        written(session, by, target, Step("links", None, ", ".join(new), f"from {source.number}"))
    lacking = {name: value for name, value in source.custom.items() if name not in target.custom}
    if lacking:
        target.custom = {**target.custom, **lacking}
        said = ", ".join(f"{name}: {value}" for name, value in sorted(lacking.items()))
        written(session, by, target, Step("field", None, said, f"from {source.number}"))
    return _take_anchor(session, by, source, target)


def _take_anchor(session: Session, by: By, source: Escalation, target: Escalation) -> int | None:
    if source.anchor_id is None or target.anchor_id is not None:
        return None
    attach(session, by, target, session.get_one(Anchor, source.anchor_id), f"from {source.number}")
    return source.anchor_id


def give_back_anchor(session: Session, by: By, target: Escalation, anchor_id: int) -> None:
    """Take the anchor of a merge off again, unless somebody attached the escalation elsewhere since."""
    if target.anchor_id == anchor_id:
        attach(session, by, target, None, "the merge was undone")
