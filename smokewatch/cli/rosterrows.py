"""What `smokewatch show` and `explain` print of who should own an escalation, and of who was asked for an answer."""

from typing import Any

from rich.text import Text
from sqlalchemy import select
from sqlalchemy.orm import Session

from smokewatch.cli.output import console, table
from store.people import Person
from store.record import Escalation
from workflow.assignments import assignment_of, because, shown_candidates
from workflow.climb import rungs_of


def roster_facts(session: Session, viewer: Person | None, number: int) -> dict[str, Any]:
    """The choice of the matrix with its terms, and the ladder, as the viewer may see them."""
    esc = session.get_one(Escalation, number)
    row = assignment_of(session, number)
    asked = {rung.person_id for rung in rungs_of(session, esc)}
    names = {person.id: person.name for person in session.scalars(select(Person).where(Person.id.in_(asked)))}
    return {
        "choice": None if row is None else because(session, row, viewer),
        "state": None if row is None else row.state,
        "reason": None if row is None else row.reason or None,
        "candidates": [] if row is None else [_candidate(each) for each in shown_candidates(session, viewer, row)],
        "ladder": [
            {"rung": rung.name, "asked": names.get(rung.person_id or 0), "since": rung.since, "until": rung.due_at,
             "ended": rung.ended_at, "why": rung.ended_why or None}
            for rung in rungs_of(session, esc)
        ],
    }  # fmt: skip


def _candidate(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "candidate": each["name"], "open": each["open"], "days each": each["days"], "days ahead": each["ahead"],
        "left out": each["away"].replace("T", " ").partition("+")[0],
    }  # fmt: skip


def show_roster(facts: dict[str, Any]) -> None:
    """Print them, each part that there is."""
    out = console()
    if facts["choice"]:
        out.print(Text("\nWhy this owner", style="bold"))
        overridden = f" Overridden: {facts['reason']}." if facts["state"] == "overridden" else ""
        waits = " It waits for a yes (`accept`)." if facts["state"] == "proposed" else ""
        out.print(Text(f"{facts['choice']}{overridden}{waits}"))
        out.print(table(facts["candidates"])) if facts["candidates"] else None
    if facts["ladder"]:
        out.print(Text("\nWho was asked", style="bold"))
        out.print(table(facts["ladder"]))
