"""Lists duties of playbooks that are overdue or due soon, within what the asking person may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.recordwords import DutyState
from config.words import State
from store.bulk import just
from store.people import Account, Person
from store.record import Escalation
from store.tasks import Duty
from store.visibility import visible

MOST = 1_000
_DONE = (State.RESOLVED, State.CLOSED)


@dataclass(frozen=True)
class Due:
    """One open duty with the escalation it belongs to."""

    id: int
    escalation: str
    about: str
    n: int
    text: str
    due_at: datetime
    overdue: bool
    mine: bool


def all_settled(session: Session, facts: Mapping[str, Any]) -> bool:
    """Whether nothing is left to be done of the duties that a notice tells of."""
    ids = [int(each["id"]) for each in facts.get("duties", [])]
    states = set(session.scalars(select(Duty.state).where(Duty.id.in_(ids))))
    return bool(states) and DutyState.OPEN not in states


def duties_due(session: Session, person: Person, now: datetime, until: datetime) -> list[Due]:
    """Open duties due before `until` on escalations that this person may see: overdue first, then by day."""
    rows = session.execute(
        select(Duty, Escalation, Account.name)
        .join(Escalation, Escalation.id == Duty.escalation_id)
        .outerjoin(Account, Account.id == Escalation.account_id)
        .where(visible(person), just(Duty.state, DutyState.OPEN), Duty.due_at < until)
        .where(Escalation.state.not_in(_DONE), Escalation.merged_into.is_(None))
        .order_by(Duty.due_at, Duty.id)
        .limit(MOST)
    )
    return [
        Due(duty.id, esc.number, account or esc.title, duty.n, duty.text, duty.due_at, duty.due_at <= now,
            esc.owner_id == person.id)
        for duty, esc, account in rows
        if duty.due_at is not None
    ]  # fmt: skip
