"""Hands an escalation over by a person's word, and keeps what goes against the matrix until somebody reconciles it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from config.matrix import Matrix
from config.words import Role
from store.people import Account, Person
from store.record import Escalation
from store.roster import Assignment, AssignmentState
from store.visibility import sees
from workflow.assignments import assignment_of
from workflow.change import By, Step, name_of, written
from workflow.errors import Incomplete, NotFound, Refused
from workflow.record import set_owner

_KEPT = ("state", "override_id", "override_by", "override_at", "reason")


def hand_over(  # noqa: PLR0913, PLR0917 - whom, why and by which rules
    session: Session, by: By, esc: Escalation, person_id: int, why: str, matrix: Matrix | None
) -> dict[str, Any] | None:
    """Make a person the owner; against the matrix only with a reason, which is listed until reconciled.

    Returns what `take_back` needs; None where the matrix had chosen nobody.

    Raises:
        Incomplete: it goes against the matrix, and no reason was given.
        Refused: nobody of ours, no longer active, or the owner already.

    """
    row = assignment_of(session, esc.id)
    against = row is not None and _is_against(session, row, person_id, matrix)
    if row is not None and against and not why.strip():
        chosen, person = session.get_one(Person, row.person_id), session.get_one(Person, person_id)
        raise Incomplete(
            f"The matrix names {chosen.name} for {row.category}: say why it should be another, "
            f"`assign @{person.handle}: why`.",
            ("why",),
        )
    said = why.strip() or None
    set_owner(session, replace(by, reason=said or by.reason), esc, person_id, because=said)
    if row is None:
        return None
    before = _plain(row)
    if against:
        _override(session, replace(by, reason=said), esc, row, person_id)
    else:
        _settle(session, by, esc, row, person_id)
    return before


def _is_against(session: Session, row: Assignment, person_id: int, matrix: Matrix | None) -> bool:
    """Whether the matrix names others for the category; without a matrix nothing goes against it."""
    if matrix is None or person_id == row.person_id:
        return False
    entry, person = matrix.category(row.category), session.get(Person, person_id)
    weighed = {each["id"] for each in row.terms.get("candidates", [])}
    return person is not None and person_id not in weighed and person.email not in (*entry.primary, *entry.backup)


def _override(session: Session, by: By, esc: Escalation, row: Assignment, person_id: int) -> None:
    row.state = AssignmentState.OVERRIDDEN.value
    row.override_id, row.override_by, row.override_at, row.reason = person_id, by.person_id, by.now, by.reason or ""
    chosen = name_of(session, row.person_id)
    written(session, by, esc, Step("override", chosen, name_of(session, person_id), None, {"assignment": row.id}))


def _settle(session: Session, by: By, esc: Escalation, row: Assignment, person_id: int) -> None:
    """It went to whom the matrix chose after all, or to another whom it names."""
    was = row.state
    row.state = (AssignmentState.MADE if person_id == row.person_id else AssignmentState.REPLACED).value
    if was == AssignmentState.OVERRIDDEN:
        step = Step("override ended", name_of(session, row.override_id), name_of(session, person_id))
        written(session, by, esc, step)
    session.flush()


def _plain(row: Assignment) -> dict[str, Any]:
    kept = {name: getattr(row, name) for name in _KEPT}
    at = kept["override_at"]
    return {"assignment": row.id, **kept, "override_at": None if at is None else at.isoformat()}


def take_back(session: Session, by: By, esc: Escalation, before: dict[str, Any]) -> None:
    """Put the matrix's choice back as it was before a hand-over.

    Raises:
        Refused: the override was reconciled since.

    """
    row = session.get_one(Assignment, before["assignment"], with_for_update=True, populate_existing=True)
    if row.state == AssignmentState.RECONCILED:
        raise Refused("That override was reconciled since, so I left everything as it is.")
    for name in _KEPT:
        value = before[name]
        setattr(row, name, datetime.fromisoformat(value) if name == "override_at" and value else value)
    written(session, by, esc, Step("override taken back", detail={"assignment": row.id}))


@dataclass(frozen=True)
class Override:
    """One hand-over against the matrix, as people are shown it."""

    n: int
    escalation: str
    account: str | None
    category: str
    chosen: str
    now: str
    by: str | None
    at: datetime
    reason: str


def open_overrides(session: Session, person: Person | None, escalation_id: int | None = None) -> list[Override]:
    """What waits to be reconciled on escalations that a person may see, oldest first; None at the console sees all.

    One that was merged has no owner of its own any more, so nothing of it waits unless the merge is undone.
    """
    chosen, now, who = aliased(Person), aliased(Person), aliased(Person)
    rows = (
        select(Assignment, Escalation, Account.name, chosen.name, now.name, who.name)
        .join(Escalation, Escalation.id == Assignment.escalation_id)
        .join(chosen, chosen.id == Assignment.person_id)
        .join(now, now.id == Assignment.override_id)
        .outerjoin(who, who.id == Assignment.override_by)
        .outerjoin(Account, Account.id == Escalation.account_id)
        .where(Assignment.state == AssignmentState.OVERRIDDEN, Escalation.merged_into.is_(None), sees(person))
        .order_by(Assignment.override_at, Assignment.id)
    )
    if escalation_id is not None:
        rows = rows.where(Escalation.id == escalation_id)
    return [
        Override(row.id, esc.number, account, row.category, first, second, third, row.override_at or row.at, row.reason)
        for row, esc, account, first, second, third in session.execute(rows)
    ]


def reconcile(session: Session, by: By, esc: Escalation, n: int | None = None, note: str = "") -> list[Override]:
    """Call the escalation's override settled - all of them, or the one numbered `n`; what was listed of them.

    Raises:
        Refused: an agent asks; whoever overrode the matrix should not be the one who settles it alone.
        NotFound: nothing waits.

    """
    person = None if by.person_id is None else session.get_one(Person, by.person_id)
    if person is not None and person.role == Role.AGENT:
        raise Refused("Overrides are reconciled by a manager or an admin; ask yours.")
    found = [each for each in open_overrides(session, person, esc.id) if n in (None, each.n)]
    if not found:
        raise NotFound(f"No override waits to be reconciled on {esc.number}.")
    for each in found:
        row = session.get_one(Assignment, each.n, with_for_update=True, populate_existing=True)
        row.state, row.reconciled_at, row.reconciled_by = AssignmentState.RECONCILED.value, by.now, by.person_id
        step = Step("override reconciled", each.chosen, each.now, note or each.reason, {"assignment": row.id})
        written(session, by, esc, step)
    return found
