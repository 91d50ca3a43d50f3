"""Hands a lead over to a deal, or a deal to a project: everything that hangs on the one goes along to the other."""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from config.recordwords import AnchorKind, Target
from store.anchors import Anchor, AnchorComment, AnchorPerson
from store.audit import SYSTEM
from store.people import Person
from store.record import Escalation
from store.tasks import ActionItem
from store.visibility import sees
from workflow.anchors import attach, name_of
from workflow.change import By, Step, append
from workflow.documents import Place, copy_files
from workflow.errors import Refused

BECOMES = {AnchorKind.LEAD: AnchorKind.DEAL, AnchorKind.DEAL: AnchorKind.PROJECT}
"""What each kind may be handed over to."""
_RULE = "A lead is handed over to a deal, and a deal to a project"


@dataclass(frozen=True)
class Carried:
    """How much went along; of the escalations, those that whoever did it may see."""

    escalations: int = 0
    people: int = 0
    comments: int = 0
    files: int = 0
    work: int = 0

    @property
    def sentence(self) -> str:
        """`2 escalations, 1 comment`: what went along beside priority and state."""
        counted = [
            (self.escalations, "escalation", "escalations"),
            (self.people, "person", "people"),
            (self.comments, "comment", "comments"),
            (self.files, "file", "files"),
            (self.work, "task", "tasks"),
        ]
        said = [f"{n} {one if n == 1 else many}" for n, one, many in counted if n]
        return ", ".join(["priority", "state", *said[:-1]]) + f" and {said[-1]}" if said else "priority and state"


def hand_over(session: Session, by: By, source: Anchor, target: Anchor) -> Carried:
    """Carry priority, state, people, comments, files, tasks and escalations of `source` along to `target`.

    What the target has of its own is kept beside it; its own priority and state stand in the audit. The source stays as
    it is, and says what it became.

    Raises:
        Refused: this is not the way things go, it was handed over before, or they are of two customers.

    """
    _check(session, source, target)
    _carry_fields(session, by, source, target)
    comments, files = _carry_comments(session, source, target)
    files += copy_files(session, _place(Target.ANCHOR, source.id), _place(Target.ANCHOR, target.id))
    carried = Carried(
        escalations=_carry_escalations(session, by, source, target),
        people=_carry_people(session, by, source, target),
        comments=comments,
        files=files,
        work=_carry_work(session, source, target),
    )
    source.became_id = target.id
    source.changed_at = target.changed_at = by.now
    session.flush()
    detail = vars(carried) | {"from": source.id, "to": target.id}
    append(session, by, SYSTEM, Step("anchor handed over", str(name_of(source)), str(name_of(target)), detail=detail))
    return carried


def _check(session: Session, source: Anchor, target: Anchor) -> None:
    ours, theirs = name_of(source), name_of(target)
    if BECOMES.get(ours.kind) is not theirs.kind:
        raise Refused(f"{_RULE}; {ours} cannot be handed over to {theirs}.")
    if source.became_id is not None:
        raise Refused(f"{ours} was handed over to {name_of(session.get_one(Anchor, source.became_id))} already.")
    if None not in (source.account_id, target.account_id) and source.account_id != target.account_id:
        raise Refused(f"{ours} and {theirs} belong to two customers; I will not mix them.")


def _carry_fields(session: Session, by: By, source: Anchor, target: Anchor) -> None:
    for field in ("priority", "state"):
        before, value = getattr(target, field), getattr(source, field)
        if value and value != before:
            setattr(target, field, value)
            append(session, by, SYSTEM, Step(f"anchor {field}", before, value, detail={"anchor": target.id}))
    target.account_id = target.account_id or source.account_id
    target.owner_id = target.owner_id or source.owner_id
    theirs = {name: value for name, value in source.details.items() if target.details.get(name, value) == value}
    rest = {f"{source.kind} {name}": value for name, value in source.details.items() if name not in theirs}
    target.details = {**theirs, **rest, **target.details}


def _carry_people(session: Session, by: By, source: Anchor, target: Anchor) -> int:
    known = set(session.scalars(select(AnchorPerson.person_id).where(AnchorPerson.anchor_id == target.id)))
    taking_part = select(AnchorPerson).where(AnchorPerson.anchor_id == source.id).order_by(AnchorPerson.person_id)
    people = {each.person_id: (each.why, each.added_at) for each in session.scalars(taking_part)}
    if source.owner_id not in (None, target.owner_id):
        # Who owned it so far stays in touch, even where somebody else owns what it became.
        people.setdefault(source.owner_id, (f"owned {name_of(source)}", by.now))
    new = [(person_id, said) for person_id, said in people.items() if person_id not in known]
    for person_id, (why, added_at) in new:
        session.add(AnchorPerson(anchor_id=target.id, person_id=person_id, why=why, added_at=added_at))
    return len(new)


def _carry_comments(session: Session, source: Anchor, target: Anchor) -> tuple[int, int]:
    comments = session.scalars(
        select(AnchorComment).where(AnchorComment.anchor_id == source.id).order_by(AnchorComment.at, AnchorComment.id)
    ).all()
    files = 0
    for each in comments:
        made = AnchorComment(
            anchor_id=target.id, person_id=each.person_id, at=each.at, text=each.text, carried_from=each.id
        )
        session.add(made)
        session.flush()
        files += copy_files(session, _place(Target.ANCHOR_COMMENT, each.id), _place(Target.ANCHOR_COMMENT, made.id))
    return len(comments), files


def _carry_escalations(session: Session, by: By, source: Anchor, target: Anchor) -> int:
    attached = select(Escalation).where(Escalation.anchor_id == source.id).order_by(Escalation.id).with_for_update()
    found = session.scalars(attached.execution_options(populate_existing=True)).all()
    for esc in found:
        attach(session, by, esc, target, f"{name_of(source)} became {name_of(target)}")
    person = None if by.person_id is None else session.get(Person, by.person_id)
    seen = select(func.count()).where(Escalation.anchor_id == target.id, Escalation.id.in_([e.id for e in found]))
    return session.scalar(seen.where(sees(person))) or 0


def _carry_work(session: Session, source: Anchor, target: Anchor) -> int:
    """Move the tasks below it, and the action items done under it."""
    below = update(Anchor).where(Anchor.parent_id == source.id).values(parent_id=target.id)
    moved = session.execute(below.returning(Anchor.id).execution_options(synchronize_session="fetch")).all()
    # What a locked closeout covers stays as it is, under what it was done under; that says itself what it became.
    unlocked = select(Escalation.id).where(Escalation.locked_at.is_(None))
    under = update(ActionItem).where(ActionItem.anchor_id == source.id, ActionItem.escalation_id.in_(unlocked))
    items = under.values(anchor_id=target.id)
    done = session.execute(items.returning(ActionItem.id).execution_options(synchronize_session="fetch")).all()
    return len(moved) + len(done)


def _place(target: Target, target_id: int) -> Place:
    return Place(target, target_id, None)
