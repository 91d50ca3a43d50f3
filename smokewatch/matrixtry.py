"""Tries the matrix on a case that does not exist: who would own it and why, and who would be asked after them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from config.matrix import Case
from store.people import Account, Person
from store.roster import Assignment
from workflow.assignments import because, shown_candidates
from workflow.context import Context
from workflow.matrix import Chosen, choose
from workflow.roster import About, Roster


@dataclass(frozen=True)
class Trial:
    """What the matrix says of a case."""

    sentence: str
    candidates: list[dict[str, Any]]
    ladder: list[dict[str, Any]]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


def try_matrix(  # noqa: PLR0913, PLR0917 - whose case, and who asks when
    session: Session, ctx: Context, case: Case, account: Account | None, viewer: Person | None, now: datetime
) -> Trial:
    """Who would own an escalation of this case that were opened at `now`; the numbers as the viewer may see them."""
    roster = Roster(session, ctx.matrix, now)
    team_id, account_id = (None, None) if account is None else (account.team_id, account.id)
    chosen = choose(roster, About(case, None, team_id, account_id))
    owner_id = account.owner_id if chosen is None and account is not None else None
    owner = chosen.owner if chosen else session.get(Person, owner_id) if owner_id else None
    thing = About(case, None if owner is None else owner.id, team_id, account_id)
    return Trial(*_choice(session, chosen, owner, viewer), _ladder(roster, thing))


def _choice(
    session: Session, chosen: Chosen | None, owner: Person | None, viewer: Person | None
) -> tuple[str, list[dict[str, Any]]]:
    if chosen is None:
        otherwise = f"{owner.name}, who owns the account" if owner else "who answered last, else the team's manager"
        return f"The matrix names nobody for this who is here: it goes to {otherwise}.", []
    row = Assignment(person_id=chosen.person.id, category=chosen.category, state="tried", terms=chosen.terms())
    first = f" {chosen.owner.name} is asked first." if chosen.waits else ""
    shown = [
        {"candidate": c["name"], "open": c["open"], "days each": c["days"], "work ahead in days": c["ahead"],
         "left out": c["away"].replace("T", " ").partition("+")[0]}
        for c in shown_candidates(session, viewer, row)
    ]  # fmt: skip
    return because(session, row) + first, shown


def _ladder(roster: Roster, thing: About) -> list[dict[str, Any]]:
    """Who is asked in turn, each person once, as the ladder itself climbs."""
    rows: list[dict[str, Any]] = []
    asked: set[int] = set()
    for rule in () if roster.matrix is None else roster.matrix.rungs:
        hours = rule.hours(thing.case)
        here = [roster.here_or_stand_in(each, thing.case.category) for each in roster.standing_at(rule.who, thing)]
        person = next((each for each in here if each is not None and each.id not in asked), None)
        if person is None or hours is None:
            continue
        asked.add(person.id)
        rows.append({"rung": rule.name, "asked": person.name, "business hours to answer": hours})
    return rows
