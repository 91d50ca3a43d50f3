"""Chooses who owns a new escalation and who must know: the matrix, account owner, who answered last, the manager."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.fields import FIRST_CATEGORY
from config.matrix import Case
from config.words import Direction, Risk, Role
from signals.facts import Facts
from store.mail import Conversation
from store.people import Account, Person
from workflow.matrix import Chosen, choose
from workflow.roster import About, Roster


@dataclass(frozen=True)
class Route:
    """The owner and everybody else who is told, with the reason shown to each."""

    owner_id: int | None
    told: dict[int, str]
    chosen: Chosen | None = None


def route(conversation: Conversation, facts: Facts, roster: Roster, risk: Risk) -> Route:
    """The people for a new escalation; with nobody else to be found, every admin.

    Whoever is away is left out for who stands in, where somebody does.
    """
    session = roster.session
    account = None if conversation.account_id is None else session.get(Account, conversation.account_id)
    case = Case(FIRST_CATEGORY, risk=risk.value, tier="" if account is None else account.tier)
    chosen = choose(roster, About(case, None, conversation.team_id, conversation.account_id))
    owner = chosen.owner if chosen else _account_owner(session, conversation) or _last_answerer(session, facts)
    managers = managers_of(session, owner, conversation.team_id)
    if owner is None and managers:
        owner = managers[0]
    told: dict[int, str] = {}
    for manager in managers:
        here = roster.here_or_stand_in(manager, case.category) or manager
        told.setdefault(here.id, _why("you manage the team this belongs to", here, manager))
    if owner is not None:
        absent, owner = owner, roster.here_or_stand_in(owner, case.category) or owner
        told[owner.id] = _why("you own it", owner, absent)
    if not told:
        admins = session.scalars(select(Person).where(Person.role == Role.ADMIN, Person.active).order_by(Person.id))
        told = {p.id: "nobody owns it yet and you are an admin" for p in admins}
    return Route(owner.id if owner else None, told, chosen)


def _why(why: str, here: Person, meant: Person) -> str:
    return why if here.id == meant.id else f"you stand in for {meant.name}, who is away"


def _account_owner(session: Session, conversation: Conversation) -> Person | None:
    if conversation.account_id is None:
        return None
    return session.scalar(
        select(Person)
        .join(Account, Account.owner_id == Person.id)
        .where(Account.id == conversation.account_id, Person.active)
    )


def _last_answerer(session: Session, facts: Facts) -> Person | None:
    authors = [m.author for m in reversed(facts.messages) if m.direction is not Direction.IN]
    return _first_active(session, authors)


def _first_active(session: Session, addresses: Iterable[str]) -> Person | None:
    wanted = list(dict.fromkeys(addresses))
    found = {p.email: p for p in session.scalars(select(Person).where(Person.email.in_(wanted), Person.active))}
    return next((found[a] for a in wanted if a in found), None)


def managers_of(session: Session, owner: Person | None, team_id: int | None) -> list[Person]:
    """The owner's manager; without one, the managers of the team."""
    if owner is not None and owner.manager_id is not None:
        manager = session.get(Person, owner.manager_id)
        if manager is not None and manager.active:
            return [manager]
    team = team_id or (owner.team_id if owner else None)
    rows = select(Person).where(Person.team_id == team, Person.role == Role.MANAGER, Person.active).order_by(Person.id)
    return list(session.scalars(rows)) if team else []
