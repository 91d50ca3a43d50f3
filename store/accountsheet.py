"""One customer's history as people are shown it: escalations with their outcome, ratings, and what happened when."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, true
from sqlalchemy.orm import Session

from store.customer import Rating
from store.people import Account, AccountDomain, Person, Team
from store.record import Audit, Escalation
from store.rollups import LIVE, seen_by
from store.visibility import visible

LATEST = 40
"""Lines of the timeline that are shown."""
MOST = 500
"""Escalations and ratings of one customer that are shown, the latest."""
_NEWS = ("opened", "state", "reopened", "owner", "risk", "path", "priority", "merged into", "rating", "customer mail")
"""Actions of the audit that tell a customer's story; the rest stands on the escalation."""


@dataclass(frozen=True)
class PastEscalation:
    """One escalation of the customer; `hours` from opening to resolution by the clock."""

    number: str
    title: str
    state: str
    path: int
    priority: str
    risk: str
    owner: str | None
    opened_at: datetime
    resolved_at: datetime | None
    hours: float | None
    root_cause: str | None
    resolution: str | None


@dataclass(frozen=True)
class RatingView:
    """One rating and on which escalation it was given."""

    number: str
    score: int
    text: str
    address: str
    at: datetime


@dataclass(frozen=True)
class Happened:
    """One line of the timeline."""

    at: datetime
    number: str
    what: str
    from_value: str | None
    to_value: str | None
    by: str


@dataclass(frozen=True)
class AccountSheet:
    """The customer, and what the asking person may see of its history."""

    id: int
    name: str
    domains: tuple[str, ...]
    tier: str
    arr: float | None
    renewal: str | None
    health: str
    fragile: str
    owner: str | None
    team: str | None
    provisional: bool
    escalations: tuple[PastEscalation, ...]
    ratings: tuple[RatingView, ...]
    timeline: tuple[Happened, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON but for times, which are aware datetimes."""
        return asdict(self)


def find_account(session: Session, name: str) -> Account | None:
    """The customer of this name, whatever its case, or with this mail domain."""
    named = session.scalar(select(Account).where(func.lower(Account.name) == name.strip().lower()))
    if named is not None:
        return named
    owned = select(Account).join(AccountDomain, AccountDomain.account_id == Account.id)
    return session.scalar(owned.where(AccountDomain.domain == name.strip().lower().removeprefix("@")))


def account_sheet(session: Session, person: Person | None, account: Account) -> AccountSheet:
    """The customer's history within what this person may see; None is the console: all."""
    owner = None if account.owner_id is None else session.get(Person, account.owner_id)
    team = None if account.team_id is None else session.get(Team, account.team_id)
    domains = select(AccountDomain.domain).where(AccountDomain.account_id == account.id).order_by(AccountDomain.domain)
    return AccountSheet(
        id=account.id,
        name=account.name,
        domains=tuple(session.scalars(domains)),
        tier=account.tier,
        arr=account.arr,
        renewal=None if account.renewal is None else account.renewal.isoformat(),
        health=account.health,
        fragile=account.fragile,
        owner=None if owner is None else owner.email,
        team=None if team is None else team.name,
        provisional=account.provisional,
        escalations=_escalations(session, person, account.id),
        ratings=_ratings(session, person, account.id),
        timeline=_timeline(session, person, account.id),
    )


def _escalations(session: Session, person: Person | None, account_id: int) -> tuple[PastEscalation, ...]:
    found = session.execute(
        select(Escalation, Person.name)
        .outerjoin(Person, Person.id == Escalation.owner_id)
        .where(Escalation.account_id == account_id, seen_by(person))
        .order_by(Escalation.opened_at.desc(), Escalation.id.desc())
        .limit(MOST)
    )
    return tuple(_past(esc, owner) for esc, owner in found)


def _past(esc: Escalation, owner: str | None) -> PastEscalation:
    done = None if esc.state in LIVE or esc.resolved_at is None else esc.resolved_at
    return PastEscalation(
        number=esc.number,
        title=esc.title,
        state=esc.state,
        path=esc.path,
        priority=esc.priority,
        risk=esc.risk,
        owner=owner,
        opened_at=esc.opened_at,
        resolved_at=done,
        hours=None if done is None else (done - esc.opened_at).total_seconds() / 3600,
        root_cause=esc.root_cause,
        resolution=esc.resolution,
    )


def _ratings(session: Session, person: Person | None, account_id: int) -> tuple[RatingView, ...]:
    found = session.execute(
        select(Rating, Escalation)
        .join(Escalation, Escalation.id == Rating.escalation_id)
        .where(Rating.account_id == account_id, true() if person is None else visible(person))
        .order_by(Rating.at.desc(), Rating.id.desc())
        .limit(MOST)
    )
    return tuple(RatingView(esc.number, row.score, row.text, row.address, row.at) for row, esc in found)


def _timeline(session: Session, person: Person | None, account_id: int) -> tuple[Happened, ...]:
    rows: Select[Audit, int] = (
        select(Audit, Escalation.id)
        .join(Escalation, Audit.stream == func.concat("ESC-", Escalation.id))
        .where(Escalation.account_id == account_id, seen_by(person), Audit.action.in_(_NEWS))
        .order_by(Audit.at.desc(), Audit.stream, Audit.seq.desc())
        .limit(LATEST)
    )
    found = session.scalars(rows).all()
    return tuple(Happened(a.at, a.stream, a.action, a.from_value, a.to_value, a.actor) for a in reversed(found))
