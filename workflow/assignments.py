"""Keeps what the matrix chose, asks somebody first where it says so, and tells why it was this one."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import Role
from store.people import Person
from store.record import Escalation
from store.roster import Assignment, AssignmentState
from workflow.change import By, Step, written
from workflow.errors import Refused
from workflow.matrix import Chosen, choose
from workflow.record import set_owner
from workflow.roster import Roster, about
from workflow.states import ACTIVE

LIVE = (AssignmentState.PROPOSED, AssignmentState.MADE, AssignmentState.OVERRIDDEN)
"""Choices that still say something of who should own it."""


def assignment_of(session: Session, escalation_id: int) -> Assignment | None:
    """The choice that counts for an escalation now."""
    rows = select(Assignment).where(Assignment.escalation_id == escalation_id, Assignment.state.in_(LIVE))
    return session.scalar(rows.order_by(Assignment.id.desc()).limit(1))


def keep_choice(session: Session, by: By, esc: Escalation, chosen: Chosen) -> Assignment:
    """Write down what the matrix chose, in place of what it chose before; the owner is set by the caller."""
    before = assignment_of(session, esc.id)
    if before is not None:
        before.state = AssignmentState.REPLACED.value
    state = AssignmentState.PROPOSED if chosen.waits else AssignmentState.MADE
    made = Assignment(
        escalation_id=esc.id,
        category=chosen.category,
        person_id=chosen.person.id,
        state=state.value,
        terms=chosen.terms(),
        at=by.now,
        reason="",
    )
    session.add(made)
    detail = {"state": state.value, "category": chosen.category, "matrix": chosen.version}
    written(session, by, esc, Step("assignment", None, chosen.person.email, because(session, made), detail))
    return made


def accept(session: Session, by: By, esc: Escalation) -> Person:
    """Hand an escalation to the person the matrix proposed.

    Raises:
        Refused: nothing is proposed, or somebody else was asked.

    """
    waiting = assignment_of(session, esc.id)
    if waiting is None or waiting.state != AssignmentState.PROPOSED:
        raise Refused(f"Nothing waits for a yes on {esc.number}; `assign @name` hands it over.")
    person = None if by.person_id is None else session.get(Person, by.person_id)
    if person is not None and person.role == Role.AGENT and person.id != esc.owner_id:
        asked = "nobody" if esc.owner_id is None else session.get_one(Person, esc.owner_id).name
        raise Refused(f"{asked} was asked whether {esc.number} is in the right hands; only they or a manager can say.")
    waiting.state = AssignmentState.MADE.value
    chosen = session.get_one(Person, waiting.person_id)
    if esc.owner_id != chosen.id:
        set_owner(session, by, esc, chosen.id, because=because(session, waiting, chosen))
    return chosen


def category_changed(session: Session, by: By, esc: Escalation, roster: Roster) -> str:
    """Hand an escalation on to whom the matrix names for its new category; what became of it, in a sentence.

    Only while it is as the program or the matrix left it: what a person assigned stays theirs.
    """
    chosen = choose(roster, about(session, esc))
    if chosen is None or chosen.owner.id == esc.owner_id:
        if chosen is not None:
            keep_choice(session, by, esc, chosen)
        return ""
    if _is_decided(session, esc) or esc.state not in ACTIVE:
        return f"The matrix names {chosen.person.name} for it: `assign @{chosen.person.handle}` hands it over."
    made = keep_choice(session, by, esc, chosen)
    if chosen.waits:
        owner = chosen.owner
        set_owner(session, by, esc, owner.id, because=proposal(session, made, owner))
        return f"{owner.name} was asked whether {chosen.person.name} should have it."
    set_owner(session, by, esc, chosen.person.id, because=because(session, made, chosen.person))
    return f"It goes to {chosen.person.name}, whom the matrix names for that, and who was told."


def _is_decided(session: Session, esc: Escalation) -> bool:
    """Whether somebody took it up, or took it away from whom the matrix chose."""
    live = assignment_of(session, esc.id)
    if esc.acknowledged_at is not None:
        return True
    return live is not None and live.state == AssignmentState.OVERRIDDEN


def because(session: Session, row: Assignment, reader: Person | None = None) -> str:
    """Why it was this person, as a sentence; the numbers only to the one they are about."""
    name = session.get_one(Person, row.person_id).name
    weighed = [each for each in row.terms.get("candidates", []) if not each["away"]]
    mine = next((each for each in weighed if reader is not None and each["id"] == reader.id == row.person_id), None)
    who = "you" if mine is not None else name
    gone = [each["name"] for each in row.terms.get("candidates", []) if each["away"]]
    missing = f", while {_listed(gone)} {'is' if len(gone) == 1 else 'are'} away" if gone else ""
    if len(weighed) <= 1:
        return f"The matrix names {who} for {row.category}{missing}."
    numbers = f" ({_numbers(mine)})" if mine is not None else ""
    whose = "you" if mine is not None else "them"
    return (
        f"The matrix chose {who} for {row.category}{missing}: of {len(weighed)} people "
        f"{'you have' if mine is not None else f'{name} has'} the least work in front of {whose}{numbers}."
    )


def choice_for(session: Session, esc: Escalation, person_id: int) -> dict[str, Any]:
    """What the alert of a new escalation says of the choice to one person: `chosen`, or to the asked a `proposal`."""
    row = assignment_of(session, esc.id)
    if row is None:
        return {}
    reader = session.get_one(Person, person_id)
    if row.state == AssignmentState.PROPOSED and person_id == esc.owner_id:
        return {"proposal": proposal(session, row, reader)}
    return {"chosen": because(session, row, reader)} if row.state == AssignmentState.MADE else {}


def proposal(session: Session, row: Assignment, reader: Person) -> str:
    """What the one who is asked reads."""
    name = session.get_one(Person, row.person_id).name
    weighed = [each for each in shown_candidates(session, reader, row) if not each["away"]]
    lines = "; ".join(f"{each['name']} {_numbers(each)}" for each in weighed if each["open"] is not None)
    known = f" In front of them: {lines}." if lines else ""
    return f"The matrix proposes {name} for {row.category}, and it is yours until you say yes or name another.{known}"


def shown_candidates(session: Session, viewer: Person | None, row: Assignment) -> list[dict[str, Any]]:
    """The candidates as a person may see them: what lies in front of somebody is for them and those above them."""
    shown = []
    for each in row.terms.get("candidates", []):
        seen = viewer is None or viewer.role == Role.ADMIN or viewer.id in _self_and_above(session, each["id"])
        shown.append(each if seen else {**each, "open": None, "days": None, "known": None, "ahead": None})
    return shown


def _self_and_above(session: Session, person_id: int) -> set[int]:
    found: set[int] = set()
    step: int | None = person_id
    while step is not None and step not in found:
        found.add(step)
        person = session.get(Person, step)
        step = None if person is None else person.manager_id
    return found


def _numbers(candidate: dict[str, Any]) -> str:
    days = f"{candidate['days']:g} {'day' if candidate['days'] == 1 else 'days'} each"
    return f"{candidate['open']} open, {days}{'' if candidate['known'] else ' assumed'}"


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def restore_choice(session: Session, esc: Escalation, before: dict[str, Any]) -> None:
    """Let the choice count again that counted before a command: `assignment` is its id, or None, `state` its state."""
    now = assignment_of(session, esc.id)
    if now is not None and now.id != before["assignment"]:
        now.state = AssignmentState.REPLACED.value
    if before["assignment"] is not None:
        session.get_one(Assignment, before["assignment"]).state = before["state"]
    session.flush()


def choice_now(session: Session, esc: Escalation) -> dict[str, Any]:
    """What `restore_choice` needs, taken before a command."""
    row = assignment_of(session, esc.id)
    return {"assignment": None if row is None else row.id, "state": None if row is None else row.state}
