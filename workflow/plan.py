"""The action plan: milestones with their share of the whole, how far each has come, and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.record import Escalation
from store.tasks import ActionItem, Milestone
from workflow.change import By, Step, written
from workflow.comments import cut
from workflow.errors import Refused
from workflow.locks import check_unlocked

WHOLE = 100


@dataclass(frozen=True)
class Wanted:
    """What a milestone is to be; None leaves a part as it is. `share` is in percent of the whole plan."""

    share: int | None = None
    text: str | None = None
    due: datetime | None = None


def milestones_of(session: Session, esc: Escalation) -> Sequence[Milestone]:
    """The milestones in order of their number."""
    return session.scalars(select(Milestone).where(Milestone.escalation_id == esc.id).order_by(Milestone.n)).all()


def progress(rows: Sequence[Milestone]) -> int:
    """How much of the whole plan is done, in percent."""
    return round(sum(row.share * row.percent for row in rows) / WHOLE)


def add_milestone(session: Session, by: By, esc: Escalation, wanted: Wanted) -> Milestone:
    """Add a step to the plan.

    Raises:
        Refused: the shares would come to more than the whole.

    """
    share = wanted.share or 0
    _check(session, esc, share, None)
    top = session.scalar(select(func.coalesce(func.max(Milestone.n), 0)).where(Milestone.escalation_id == esc.id)) or 0
    text = cut((wanted.text or "").strip())
    made = Milestone(
        escalation_id=esc.id, n=top + 1, text=text, share=share, percent=0, due_at=wanted.due, made_at=by.now
    )
    session.add(made)
    session.flush()
    written(session, by, esc, Step("milestone", None, _said(made), detail=_detail(made)))
    return made


def change_milestone(session: Session, by: By, esc: Escalation, n: int, wanted: Wanted) -> dict[str, Any]:
    """Change share, text or day of a milestone; what it was, for an undo.

    Raises:
        Refused: there is no such milestone, or the shares would come to more than the whole.

    """
    row = _milestone(session, esc, n)
    before, was = to_json(row), _said(row)
    if wanted.share is not None:
        _check(session, esc, wanted.share, row)
        row.share = wanted.share
    row.text = cut(wanted.text.strip()) if wanted.text else row.text
    row.due_at = wanted.due or row.due_at
    written(session, by, esc, Step("milestone", was, _said(row), detail=_detail(row)))
    return before | {"after": to_json(row)}


def reach_milestone(session: Session, by: By, esc: Escalation, n: int, percent: int) -> dict[str, Any]:
    """Say how far a milestone has come; what it was, for an undo.

    Raises:
        Refused: there is no such milestone, it stands there already, or the number is none of a percentage.

    """
    row = _milestone(session, esc, n)
    if not 0 <= percent <= WHOLE:
        raise Refused(f"{percent} is no percentage; write 0 to 100, as in `reached {n}: 50%`.")
    if row.percent == percent:
        raise Refused(f"Milestone {n} of {esc.number} stands at {percent}% already; nothing changed.")
    before = to_json(row)
    row.percent, row.done_at = percent, by.now if percent == WHOLE else None
    step = Step("milestone reached", f"{before['percent']}%", f"{percent}% of {row.text}", detail=_detail(row))
    written(session, by, esc, step)
    return before | {"after": to_json(row)}


def give_actions(session: Session, by: By, esc: Escalation, n: int, numbers: Sequence[int]) -> dict[str, Any]:
    """Put action items under a milestone; where they were before, for an undo.

    Raises:
        Locked: the closeout is locked, and its action items with it.
        Refused: there is no such milestone, or no such action item.

    """
    check_unlocked(session, esc)
    row = _milestone(session, esc, n)
    items = session.scalars(
        select(ActionItem).where(ActionItem.escalation_id == esc.id, ActionItem.n.in_(numbers)).order_by(ActionItem.n)
    ).all()
    missing = sorted(set(numbers) - {item.n for item in items})
    if missing:
        raise Refused(f"{esc.number} has no action item {missing[0]}; `status` lists those that are open.")
    before = {str(item.id): item.milestone_id for item in items}
    for item in items:
        item.milestone_id = row.id
    named = ", ".join(str(item.n) for item in items)
    written(session, by, esc, Step("milestone actions", None, f"{named} under {row.text}", detail=_detail(row)))
    return {"actions": before, "milestone": row.id}


def take_actions_back(session: Session, by: By, esc: Escalation, given: dict[str, Any]) -> None:
    """Put action items back where they were; `given` is what `give_actions` returned.

    Raises:
        Locked: the closeout is locked.
        Refused: somebody has put one of them elsewhere since.

    """
    check_unlocked(session, esc)
    items = {key: session.get_one(ActionItem, int(key)) for key in given["actions"]}
    if any(item.milestone_id != given["milestone"] for item in items.values()):
        raise Refused("Those action items were put elsewhere since, so I left everything as it is.")
    for key, milestone_id in given["actions"].items():
        items[key].milestone_id = milestone_id
    written(session, by, esc, Step("milestone actions", None, "as before"))


def to_json(row: Milestone) -> dict[str, Any]:
    """What an undo puts back."""
    times = {"due": row.due_at, "done": row.done_at}
    plain = {"id": row.id, "text": row.text, "share": row.share, "percent": row.percent}
    return plain | {name: at.isoformat() if at else None for name, at in times.items()}


def put_back(session: Session, by: By, esc: Escalation, before: dict[str, Any]) -> None:
    """Take back a change of a milestone; without a `text` its adding.

    Raises:
        Refused: it was changed since (`after` is what it was made), or has action items.

    """
    row = session.get(Milestone, before["id"], with_for_update=True, populate_existing=True)
    if row is None:
        raise Refused("That milestone is gone already.")
    is_used = session.scalar(select(ActionItem.id).where(ActionItem.milestone_id == row.id).limit(1)) is not None
    if to_json(row) != before["after"] or ("text" not in before and is_used):
        raise Refused("That milestone was changed since, so I left everything as it is.")
    was = _said(row)
    if "text" not in before:
        session.delete(row)
        written(session, by, esc, Step("milestone", was, None))
        return
    row.text, row.share, row.percent = before["text"], before["share"], before["percent"]
    row.due_at, row.done_at = (
        datetime.fromisoformat(at) if (at := before[name]) is not None else None for name in ("due", "done")
    )
    written(session, by, esc, Step("milestone", was, _said(row)))


def _milestone(session: Session, esc: Escalation, n: int) -> Milestone:
    row = session.scalar(
        select(Milestone)
        .where(Milestone.escalation_id == esc.id, Milestone.n == n)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        listed = "; ".join(f"{each.n} {each.text}" for each in milestones_of(session, esc)[:5])
        known = f"The plan has: {listed}." if listed else "The plan is empty: `milestone 40: text by Friday` adds one."
        raise Refused(f"{esc.number} has no milestone {n}. {known}")
    return row


def _check(session: Session, esc: Escalation, share: int, but: Milestone | None) -> None:
    taken = sum(row.share for row in milestones_of(session, esc) if but is None or row.id != but.id)
    if share > WHOLE - taken:
        raise Refused(
            f"The milestones of {esc.number} would come to {taken + share}% of the plan; {max(0, WHOLE - taken)}% is "
            "left. Change another first, as in `milestone m1 20: text`."
        )


def _said(row: Milestone) -> str:
    due = f", by {row.due_at:%Y-%m-%d}" if row.due_at else ""
    return f"{row.share}%: {row.text}{due}"


def _detail(row: Milestone) -> dict[str, Any]:
    return {"n": row.n, "share": row.share, "percent": row.percent}
