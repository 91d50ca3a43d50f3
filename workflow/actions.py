"""Action items of an escalation: who does what by when, in four states; each change is told once and written down."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.recordwords import ActionSource, TaskState
from config.words import NoticeKind
from store.anchors import Anchor
from store.notices import NoticeDraft, post_notice
from store.people import Person
from store.record import Escalation
from store.tasks import ActionItem
from workflow.anchors import name_of as anchor_name
from workflow.change import By, Step, name_of, written
from workflow.comments import cut
from workflow.errors import Refused
from workflow.locks import check_unlocked
from workflow.participants import add_participant

ALIVE = (TaskState.OPEN, TaskState.IN_PROGRESS)
"""States in which somebody still has to do something."""

_KEPT = ("state", "due_at", "done_at", "outcome", "assignee_id", "anchor_id")
_TIMES = ("due_at", "done_at")
SHOWN = 5


@dataclass(frozen=True)
class NewItem:
    """An action item before it is stored. `due_at` is None for one without a day, `anchor_id` its project or task."""

    text: str
    assignee_id: int
    due_at: datetime | None = None
    source: ActionSource = ActionSource.HAND
    anchor_id: int | None = None


def add_action(session: Session, by: By, esc: Escalation, new: NewItem) -> ActionItem:
    """Store an action item; its assignee takes part from now on and is told, unless they wrote it themselves.

    Raises:
        Locked: the closeout is locked.
        Refused: no text, or an assignee who is not one of us any more.

    """
    check_unlocked(session, esc)
    text = cut(new.text.strip())
    if not text:
        raise Refused("An action item needs a text: `action: @name by Friday: what`.")
    person = _assignee(session, new.assignee_id)
    number = 1 + (session.scalar(select(func.max(ActionItem.n)).where(ActionItem.escalation_id == esc.id)) or 0)
    item = ActionItem(
        escalation_id=esc.id,
        n=number,
        text=text,
        assignee_id=person.id,
        due_at=new.due_at,
        state=TaskState.OPEN,
        source=new.source,
        anchor_id=new.anchor_id,
        made_by=by.person_id,
        made_at=by.now,
        changed_at=by.now,
    )
    session.add(item)
    session.flush()
    detail = {"item": item.id, "assignee": person.email, "source": new.source.value, "due": _iso(new.due_at)}
    written(session, by, esc, Step("action item", None, f"{item.n}. {text}", detail=detail))
    _bring_in(session, by, esc, item)
    return item


def item_of(session: Session, esc: Escalation, n: int) -> ActionItem:
    """The action item of this number.

    Raises:
        Refused: there is none; the sentence lists those that are open.

    """
    item = session.scalar(select(ActionItem).where(ActionItem.escalation_id == esc.id, ActionItem.n == n))
    if item is None:
        alive = select(ActionItem).where(ActionItem.escalation_id == esc.id, ActionItem.state.in_(ALIVE))
        rows = session.scalars(alive.order_by(ActionItem.n).limit(SHOWN)).all()
        listed = "; ".join(f"{row.n}: {row.text[:80]}" for row in rows)
        known = f"Open are {listed}." if listed else "None is open."
        raise Refused(f"{esc.number} has no action item {n}. {known}")
    return item


def set_action_state(session: Session, by: By, esc: Escalation, item: ActionItem, to: TaskState) -> None:
    """Move an item to another of its four states; `by.reason` is kept as its outcome.

    Raises:
        Locked: the closeout is locked.
        Refused: it stands there already, or is dropped without a reason.

    """
    check_unlocked(session, esc)
    why = (by.reason or "").strip()
    if item.state == to:
        raise Refused(f"Action item {item.n} of {esc.number} is {say(to)} already; nothing changed.")
    if to == TaskState.CANCELLED and not why:
        raise Refused(f"Dropping an action item needs a reason: `drop {item.n}: why`.")
    before, item.state = item.state, to
    item.done_at = by.now if to == TaskState.DONE else None
    item.outcome = cut(why)
    _changed(session, by, esc, item, Step("action item state", f"{item.n} {before}", f"{item.n} {to.value}"))


def move_action(session: Session, by: By, esc: Escalation, item: ActionItem, due: datetime) -> None:
    """Give an item another day, with `by.reason`.

    Raises:
        Locked: the closeout is locked.
        Refused: there is no reason, the item is over, or it is due then already.

    """
    check_unlocked(session, esc)
    if item.state not in ALIVE:
        raise Refused(f"Action item {item.n} of {esc.number} is {say(item.state)}; `doing {item.n}` takes it up again.")
    if item.due_at == due:
        raise Refused(f"Action item {item.n} of {esc.number} is due then already; nothing changed.")
    if not (by.reason or "").strip():
        raise Refused(f"Moving an action item needs a reason: `move {item.n} to Friday: why`.")
    before, item.due_at = _iso(item.due_at), due
    _changed(session, by, esc, item, Step("action item due", before, _iso(due), detail={"n": item.n}))


def reassign_action(session: Session, by: By, esc: Escalation, item: ActionItem, person_id: int) -> None:
    """Give an item to somebody else, who is told. Raises Locked; Refused where it is theirs, or they are gone."""
    check_unlocked(session, esc)
    person = _assignee(session, person_id)
    if item.assignee_id == person_id:
        raise Refused(f"Action item {item.n} of {esc.number} is {person.name}'s already; nothing changed.")
    before, item.assignee_id = name_of(session, item.assignee_id), person_id
    _changed(session, by, esc, item, Step("action item assignee", before, person.email, detail={"n": item.n}))
    _bring_in(session, by, esc, item)


def link_action(session: Session, by: By, esc: Escalation, item: ActionItem, anchor: Anchor) -> None:
    """Do an item under a project or a task. Raises Locked, or Refused where it is linked so already."""
    check_unlocked(session, esc)
    if item.anchor_id == anchor.id:
        raise Refused(f"Action item {item.n} of {esc.number} is linked to {anchor_name(anchor)} already.")
    before = None if item.anchor_id is None else str(anchor_name(session.get_one(Anchor, item.anchor_id)))
    item.anchor_id = anchor.id
    _changed(session, by, esc, item, Step("action item link", before, str(anchor_name(anchor)), detail={"n": item.n}))


def kept(item: ActionItem) -> dict[str, Any]:
    """What a change of an item may change, as plain JSON."""
    plain = {name: getattr(item, name) for name in _KEPT}
    return plain | {name: _iso(plain[name]) for name in _TIMES}


def restore_action(session: Session, by: By, esc: Escalation, saved: dict[str, Any]) -> None:
    """Take a change of an item back; `saved` holds its id, and `before` and `after` as `kept` gave them.

    Raises:
        Locked: the closeout is locked.
        Refused: it was changed since.

    """
    check_unlocked(session, esc)
    item = session.get(ActionItem, saved["item"])
    if item is None or item.escalation_id != esc.id or kept(item) != saved["after"]:
        raise Refused("That action item was changed since, so I left everything as it is.")
    values = saved["before"]
    for name in _KEPT:
        value = values[name]
        setattr(item, name, datetime.fromisoformat(value) if name in _TIMES and value else value)
    undone = Step("action item undone", f"{item.n} {saved['after']['state']}", f"{item.n} {item.state}", detail=saved)
    _changed(session, by, esc, item, undone)


def say(state: str) -> str:
    """A state of an item as people write it."""
    return state.replace("_", " ")


def _assignee(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None or not person.active:
        raise Refused("Only one of us who is still active can be given an action item.")
    return person


def _changed(session: Session, by: By, esc: Escalation, item: ActionItem, step: Step) -> None:
    item.changed_at = by.now
    written(session, by, esc, step)


def _bring_in(session: Session, by: By, esc: Escalation, item: ActionItem) -> None:
    add_participant(session, by, esc, item.assignee_id, f"given action item {item.n} by {by.actor}")
    if item.assignee_id == by.person_id:
        return
    listed = {"number": esc.number, "n": item.n, "text": item.text[:300], "due": _iso(item.due_at)}
    draft = NoticeDraft(
        kind=NoticeKind.ACTION_ITEM,
        person_id=item.assignee_id,
        event=f"action:{item.id}:{esc.version}",
        why="an action item was given to you",
        at=by.now,
        escalation_id=esc.id,
        facts={"by": by.actor, "items": [listed]},
    )
    post_notice(session, draft, mail_domain=by.mail_domain)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
