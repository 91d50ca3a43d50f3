"""Lists action items across escalations, and counts how many are finished, within what the asking person may see."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from config.recordwords import ActionSource, TaskState
from store.anchors import Anchor
from store.people import Account, Person
from store.record import Escalation
from store.tasks import ActionItem
from store.visibility import sees
from workflow.actions import ALIVE


@dataclass(frozen=True)
class Wanted:
    """Which items; None leaves a field free. Without `states` those that are still to be done.

    `refs` are (escalation, number) pairs; `overdue` are those to be done whose day is over.
    """

    assignee_id: int | None = None
    states: tuple[TaskState, ...] = ()
    overdue: bool = False
    source: ActionSource | None = None
    anchor_id: int | None = None
    refs: tuple[tuple[int, int], ...] = ()
    escalation_id: int | None = None
    limit: int = 1_000


@dataclass(frozen=True)
class ItemRow:
    """One line of a list."""

    id: int
    number: str
    n: int
    text: str
    account: str | None
    assignee: str
    due_at: datetime | None
    overdue: bool
    state: str
    source: str
    link: str | None
    outcome: str
    made_at: datetime
    done_at: datetime | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: times as ISO 8601."""
        return {key: each.isoformat() if isinstance(each, datetime) else each for key, each in asdict(self).items()}


def list_actions(session: Session, person: Person | None, now: datetime, wanted: Wanted | None = None) -> list[ItemRow]:
    """Action items by due time, those without one last. `person` None is the one at the console: all."""
    wanted = wanted or Wanted()
    rows = session.execute(
        select(ActionItem, Account.name, Person.name, Anchor)
        .join(Escalation, Escalation.id == ActionItem.escalation_id)
        .join(Person, Person.id == ActionItem.assignee_id)
        .outerjoin(Account, Account.id == Escalation.account_id)
        .outerjoin(Anchor, Anchor.id == ActionItem.anchor_id)
        .where(*clauses(person, now, wanted))
        .order_by(ActionItem.due_at.asc().nulls_last(), ActionItem.escalation_id, ActionItem.n)
        .limit(wanted.limit)
    )
    return [_row(item, account, assignee, anchor, now) for item, account, assignee, anchor in rows]


def clauses(person: Person | None, now: datetime, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What a query over items joined with their escalations must hold for."""
    found = [sees(person)]
    if not wanted.refs or wanted.states:
        found.append(ActionItem.state.in_(wanted.states or ALIVE))
    exact = (
        (ActionItem.assignee_id, wanted.assignee_id),
        (ActionItem.source, wanted.source),
        (ActionItem.anchor_id, wanted.anchor_id),
        (ActionItem.escalation_id, wanted.escalation_id),
    )
    found += [column == value for column, value in exact if value is not None]
    if wanted.overdue:
        found += [ActionItem.state.in_(ALIVE), ActionItem.due_at < now]
    if wanted.refs:
        found.append(tuple_(ActionItem.escalation_id, ActionItem.n).in_(wanted.refs))
    return found


@dataclass(frozen=True)
class Rate:
    """How the items of one source went; `rate` is the share of finished ones among those not dropped, 0 to 1.

    `on_time` is the share of the finished ones with a day that were done by it; both are None where there is none.
    """

    source: str
    made: int
    done: int
    open: int
    overdue: int
    dropped: int
    rate: float | None
    on_time: float | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


def completion_rates(session: Session, person: Person | None, now: datetime) -> list[Rate]:
    """One line for each source there is, and one for all of them."""
    done, dropped = ActionItem.state == TaskState.DONE, ActionItem.state == TaskState.CANCELLED
    alive = ActionItem.state.in_(ALIVE)
    dated = ActionItem.due_at.is_not(None)
    counts = [
        func.count(),
        *(
            func.count().filter(clause)
            for clause in (
                done,
                alive,
                alive & (ActionItem.due_at < now),
                dropped,
                done & dated,
                done & dated & (ActionItem.done_at <= ActionItem.due_at),
            )
        ),
    ]
    rows = session.execute(
        select(ActionItem.source, *counts)
        .join(Escalation, Escalation.id == ActionItem.escalation_id)
        .where(sees(person))
        .group_by(ActionItem.source)
        .order_by(ActionItem.source)
    ).all()
    if not rows:
        return []
    totals = [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)]
    return [_rate(row[0], row[1:]) for row in rows] + [_rate("all", totals)]


def _rate(source: str, counts: Sequence[int]) -> Rate:
    made, done, alive, overdue, dropped, dated, timely = counts
    kept = made - dropped
    share, on_time = (done / kept if kept else None), (timely / dated if dated else None)
    return Rate(source, made, done, alive, overdue, dropped, share, on_time)


def _row(item: ActionItem, account: str | None, assignee: str, anchor: Anchor | None, now: datetime) -> ItemRow:
    return ItemRow(
        id=item.id,
        number=f"ESC-{item.escalation_id}",
        n=item.n,
        text=item.text,
        account=account,
        assignee=assignee,
        due_at=item.due_at,
        overdue=item.state in ALIVE and item.due_at is not None and item.due_at < now,
        state=item.state,
        source=item.source,
        link=None if anchor is None else f"{anchor.kind} {anchor.external_id}",
        outcome=item.outcome,
        made_at=item.made_at,
        done_at=item.done_at,
    )
