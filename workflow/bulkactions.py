"""Changes many action items at once: one transaction, and one version and one audit row for each escalation."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.recordwords import TaskState
from config.words import NoticeKind, Role
from store import audit
from store.notices import NoticeDraft, post_notice
from store.people import Person
from store.record import Escalation, Participant
from store.tasks import ActionItem
from workflow.actionlist import Wanted, clauses
from workflow.change import By, Step, as_change
from workflow.comments import cut
from workflow.errors import Refused
from workflow.locks import check_unlocked

MOST = 10_000
"""Items of one bulk change."""

SHOWN = 10
"""Items that the mail to their new assignee lists; the rest is counted."""


@dataclass(frozen=True)
class Bulk:
    """What becomes of the items: another assignee, another state, or both; `why` is needed to drop them."""

    assignee_id: int | None = None
    state: TaskState | None = None
    why: str = ""


@dataclass(frozen=True)
class Changed:
    """How many items were changed, on how many escalations."""

    items: int
    escalations: int


def change_many(session: Session, by: By, wanted: Wanted, bulk: Bulk) -> Changed:
    """Change all items that are wanted and not so already; for admins. All or nothing.

    Raises:
        Locked: one of them belongs to a locked closeout; it is named.
        Refused: no admin, nothing to change, too many, or an assignee who is not one of us any more.

    """
    viewer = _admin(session, by)
    person = _checked(session, bulk)
    items = _items(session, by, viewer, wanted, bulk)
    if not items:
        return Changed(0, 0)
    if len(items) > MOST:
        raise Refused(f"That would change {len(items)} action items; at most {MOST} can be changed at once.")
    escalations = _locked(session, {item.escalation_id for item in items})
    for esc in escalations.values():
        check_unlocked(session, esc)
    # Once more: whoever held one of them may have changed an item meanwhile, and that is not written over.
    items = [item for item in _items(session, by, viewer, wanted, bulk) if item.escalation_id in escalations]
    escalations = {number: escalations[number] for number in dict.fromkeys(item.escalation_id for item in items)}
    if not items:
        return Changed(0, 0)
    _write(session, by, [item.id for item in items], bulk)
    if person is not None:
        _take_part(session, by, escalations, person)
    if person is not None and person.id != by.person_id:
        _tell(session, by, person, items)
    _tell_audit(session, by, escalations, items, bulk, person)
    for row in (*escalations.values(), *items):
        session.expire(row)
    return Changed(len(items), len(escalations))


def _admin(session: Session, by: By) -> Person | None:
    person = None if by.person_id is None else session.get(Person, by.person_id)
    if person is not None and person.role != Role.ADMIN:
        raise Refused(f"Only an admin may change action items in bulk; you are {person.role}.")
    return person


def _checked(session: Session, bulk: Bulk) -> Person | None:
    if bulk.assignee_id is None and bulk.state is None:
        raise Refused("Say what is to become of them: another assignee, or another state.")
    if bulk.state == TaskState.CANCELLED and not bulk.why.strip():
        raise Refused("Dropping action items needs a reason in writing.")
    person = None if bulk.assignee_id is None else session.get(Person, bulk.assignee_id)
    if bulk.assignee_id is not None and (person is None or not person.active):
        raise Refused("Only one of us who is still active can be given an action item.")
    return person


def _items(session: Session, by: By, viewer: Person | None, wanted: Wanted, bulk: Bulk) -> Sequence[ActionItem]:
    same = [ActionItem.assignee_id == bulk.assignee_id] if bulk.assignee_id is not None else []
    same += [ActionItem.state == bulk.state] if bulk.state is not None else []
    already = same[0] if len(same) == 1 else same[0] & same[1]
    return session.scalars(
        select(ActionItem)
        .join(Escalation, Escalation.id == ActionItem.escalation_id)
        .where(*clauses(viewer, by.now, wanted), ~already)
        .order_by(ActionItem.escalation_id, ActionItem.n)
        .limit(MOST + 1)
        .execution_options(populate_existing=True)
    ).all()


def _locked(session: Session, ids: set[int]) -> dict[int, Escalation]:
    """The escalations, their rows locked in the order of their numbers, as everywhere."""
    rows = session.scalars(
        select(Escalation)
        .where(Escalation.id.in_(ids))
        .order_by(Escalation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {esc.id: esc for esc in rows}


def _write(session: Session, by: By, ids: list[int], bulk: Bulk) -> None:
    values: dict[str, Any] = {"changed_at": by.now}
    if bulk.assignee_id is not None:
        values["assignee_id"] = bulk.assignee_id
    if bulk.state is not None:
        done = by.now if bulk.state == TaskState.DONE else None
        values |= {"state": bulk.state, "done_at": done, "outcome": cut(bulk.why.strip())}
    chosen = update(ActionItem).where(ActionItem.id.in_(ids))
    session.execute(chosen.values(values).execution_options(synchronize_session=False))


def _take_part(session: Session, by: By, escalations: dict[int, Escalation], person: Person) -> None:
    why = f"given action items by {by.actor}"
    rows = [{"escalation_id": number, "person_id": person.id, "added_at": by.now, "why": why} for number in escalations]
    session.execute(insert(Participant).values(rows).on_conflict_do_nothing())


def _tell_audit(  # noqa: PLR0913, PLR0917 - what was changed, by whom, to what
    session: Session, by: By, escalations: dict[int, Escalation], items: Sequence[ActionItem], bulk: Bulk,
    person: Person | None,
) -> None:  # fmt: skip
    own: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for item in items:
        own[item.escalation_id].append({"n": item.n, "assignee": item.assignee_id, "state": item.state})
    to = {"assignee": None if person is None else person.email, "state": bulk.state}
    said = ", ".join(str(value) for value in to.values() if value is not None)
    rows = []
    for number, esc in escalations.items():
        changed = f"{len(own[number])} changed: {said}"
        step = Step("action items", None, changed, bulk.why or None, to | {"was": own[number]})
        rows.append(as_change(by, esc.number, step))
    audit.record_many(session, rows)
    chosen = update(Escalation).where(Escalation.id.in_(escalations))
    moved = chosen.values(version=Escalation.version + 1, changed_at=by.now)
    session.execute(moved.execution_options(synchronize_session=False))


def _tell(session: Session, by: By, person: Person, items: Sequence[ActionItem]) -> None:
    """One mail for all of them: a bulk change must not become a storm."""
    first = items[0].id
    listed = [
        {
            "number": f"ESC-{row.escalation_id}",
            "n": row.n,
            "text": row.text[:300],
            "due": row.due_at and row.due_at.isoformat(),
        }
        for row in items[:SHOWN]
    ]
    draft = NoticeDraft(
        kind=NoticeKind.ACTION_ITEM,
        person_id=person.id,
        event=f"actions:{first}:{by.now.isoformat()}",
        why="action items were given to you",
        at=by.now,
        facts={"by": by.actor, "items": listed, "more": max(0, len(items) - SHOWN)},
    )
    post_notice(session, draft, mail_domain=by.mail_domain)
