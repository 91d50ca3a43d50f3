"""Lists and counts escalations, always within what the asking person may see."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, true
from sqlalchemy.orm import Session

from config.words import Risk, State
from store.people import Account, Person
from store.record import Escalation
from store.visibility import visible


@dataclass(frozen=True)
class Filter:
    """What to list; None leaves a field free. Closed ones are listed only when asked for by `state` or `closed`."""

    state: State | None = None
    owner_id: int | None = None
    account_id: int | None = None
    risk: Risk | None = None
    closed: bool = False
    limit: int = 200


@dataclass(frozen=True)
class Row:
    """One line of a list."""

    id: int
    number: str
    title: str
    account: str | None
    state: str
    risk: str
    priority: str
    path: int
    owner: str | None
    next_step: str | None
    next_step_due: datetime | None
    changed_at: datetime

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: times as ISO 8601 in UTC."""
        plain = asdict(self)
        return {key: each.isoformat() if isinstance(each, datetime) else each for key, each in plain.items()}


def list_escalations(session: Session, person: Person | None, wanted: Filter | None = None) -> list[Row]:
    """Escalations by falling risk, then the longest unchanged first. `person` None is the one at the console: all."""
    wanted = wanted or Filter()
    found = session.execute(
        select(Escalation, Account.name, Person.name)
        .outerjoin(Account, Account.id == Escalation.account_id)
        .outerjoin(Person, Person.id == Escalation.owner_id)
        .where(_seen_by(person), *_asked(wanted))
        .order_by(_rank().desc(), Escalation.changed_at, Escalation.id)
        .limit(wanted.limit)
    )
    return [
        Row(
            id=esc.id,
            number=esc.number,
            title=esc.title,
            account=account,
            state=esc.state,
            risk=esc.risk,
            priority=esc.priority,
            path=esc.path,
            owner=owner,
            next_step=esc.next_step,
            next_step_due=esc.next_step_due,
            changed_at=esc.changed_at,
        )
        for esc, account, owner in found
    ]


def status_counts(session: Session, person: Person | None) -> dict[State, int]:
    """How many escalations stand in each state, every state named; merged ones count where they went."""
    found = session.execute(
        select(Escalation.state, func.count())
        .where(_seen_by(person), Escalation.merged_into.is_(None))
        .group_by(Escalation.state)
    )
    counted = {State(state): number for state, number in found}
    return {state: counted.get(state, 0) for state in State}


def _seen_by(person: Person | None) -> ColumnElement[bool]:
    return true() if person is None else visible(person)


def _asked(wanted: Filter) -> list[ColumnElement[bool]]:
    exact = (
        (Escalation.state, wanted.state),
        (Escalation.owner_id, wanted.owner_id),
        (Escalation.account_id, wanted.account_id),
        (Escalation.risk, wanted.risk),
    )
    unless_asked = [] if wanted.closed or wanted.state is not None else [Escalation.state != State.CLOSED]
    return [
        Escalation.merged_into.is_(None),
        *unless_asked,
        *(column == value for column, value in exact if value is not None),
    ]


def _rank() -> ColumnElement[int]:
    return case({risk.value: risk.rank for risk in Risk}, value=Escalation.risk, else_=0)
