"""Chooses an owner by the matrix: the candidate of the category with the least work in front of them, and says why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.matrix import Category, Choice
from store.people import Person, Team
from store.record import Escalation
from store.roster import absence_of
from workflow.roster import About, Roster
from workflow.states import ACTIVE

_DAY = 86_400.0


@dataclass(frozen=True)
class Candidate:
    """One who could own it: what is open, the days each takes, of how many that is known; `away` leaves them out."""

    person: Person
    open: int
    days: float
    known: int
    away: str = ""

    @property
    def ahead(self) -> float:
        """Days of work in front of them with this one added."""
        return (self.open + 1) * self.days

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, for the record."""
        return {
            "id": self.person.id, "name": self.person.name, "open": self.open, "days": round(self.days, 1),
            "known": self.known, "ahead": round(self.ahead, 1), "away": self.away,
        }  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """The matrix's word: who, of which candidates, from which place of it; `review` says that a person decides."""

    person: Person
    candidates: tuple[Candidate, ...]
    category: str
    place: str
    version: str
    review: bool
    reviewer: Person | None = None

    @property
    def owner(self) -> Person:
        """Whose it is for now: the reviewer's until they answer."""
        return self.reviewer if self.waits and self.reviewer is not None else self.person

    @property
    def waits(self) -> bool:
        """Whether somebody is asked first; nobody is asked about themselves."""
        return self.review and self.reviewer is not None and self.reviewer.id != self.person.id

    def terms(self) -> dict[str, Any]:
        """What the choice was made of, as plain JSON."""
        return {
            "place": self.place,
            "matrix": self.version,
            "candidates": [each.to_json() for each in self.candidates],
        }


def choose(roster: Roster, thing: About) -> Chosen | None:
    """Whom the matrix names for this; None where it names nobody of ours who is here."""
    matrix = roster.matrix
    entry = None if matrix is None else matrix.category(thing.case.category)
    if matrix is None or entry is None or entry.is_empty:
        return None
    left_out: list[Candidate] = []
    for place, people in _in_turn(roster, entry):
        weighed = weigh(roster.session, people, matrix.choice, roster.now)
        here = [each for each in weighed if not each.away]
        if here:
            best = min(here, key=lambda each: (each.ahead, each.open, weighed.index(each)))
            review = any(when.fits(thing.case) for when in entry.review)
            asked = [each for each in roster.standing_at(matrix.review.by, thing) if roster.is_here(each)]
            all_seen = (*left_out, *weighed)
            first = asked[0] if asked else None
            return Chosen(best.person, all_seen, thing.case.category, place, matrix.version, review, first)
        left_out += weighed
    return None


def _in_turn(roster: Roster, entry: Category) -> list[tuple[str, list[Person]]]:
    team = select(Person).join(Team, Team.id == Person.team_id).where(Team.name == entry.team, Person.active)
    members = list(roster.session.scalars(team.order_by(Person.id))) if entry.team else []
    agents = [each for each in members if each.role == "agent"] or members
    return [("primary", roster.by_address(entry.primary)), ("backup", roster.by_address(entry.backup)),
            (f"team {entry.team}", agents)]  # fmt: skip


def weigh(session: Session, people: Sequence[Person], choice: Choice, now: datetime) -> list[Candidate]:
    """What is in front of each, from their open escalations and the median time their resolved ones took."""
    ids = [person.id for person in people]
    open_now = dict(
        session.execute(
            select(Escalation.owner_id, func.count())
            .where(Escalation.owner_id.in_(ids), Escalation.state.in_(ACTIVE), Escalation.merged_into.is_(None))
            .group_by(Escalation.owner_id)
        ).all()
    )
    past = _past(session, ids, now - timedelta(days=choice.history_calendar_days))
    made = []
    for person in people:
        known, days = past.get(person.id, (0, 0.0))
        enough = known >= choice.least_history
        usual = max(days, 0.1) if enough else choice.usual_days
        away = _away(session, person, now)
        made.append(Candidate(person, open_now.get(person.id, 0), usual, known if enough else 0, away))
    return made


def _past(session: Session, ids: Sequence[int], since: datetime) -> dict[int, tuple[int, float]]:
    """How many each resolved since then, and the median days from the opening to that."""
    took = func.extract("epoch", Escalation.resolved_at - Escalation.opened_at)
    median = func.percentile_cont(0.5).within_group(took)
    rows = session.execute(
        select(Escalation.owner_id, func.count(), median)
        .where(Escalation.owner_id.in_(ids), Escalation.resolved_at > since, Escalation.merged_into.is_(None))
        .group_by(Escalation.owner_id)
    )
    return {owner: (count, float(seconds) / _DAY) for owner, count, seconds in rows if owner is not None}


def _away(session: Session, person: Person, now: datetime) -> str:
    absence = absence_of(session, person.id, now)
    if absence is None:
        return ""
    return "away" if absence.until is None else f"away until {absence.until.isoformat()}"
