"""Chooses who owns a new escalation and who must know: account owner, then who answered last, then the manager."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import Direction, Role
from signals.facts import Facts
from store.mail import Conversation
from store.people import Account, Person


@dataclass(frozen=True)
class Route:
    """The owner and everybody else who is told, with the reason shown to each."""

    owner_id: int | None
    told: dict[int, str]


def route(session: Session, conversation: Conversation, facts: Facts) -> Route:
    """The people for a new escalation; with nobody else to be found, every admin."""
    owner = _account_owner(session, conversation) or _last_answerer(session, facts)
    managers = managers_of(session, owner, conversation.team_id)
    if owner is None and managers:
        owner = managers[0]
    told = {p.id: "you manage the team this belongs to" for p in managers}
    if owner is not None:
        told[owner.id] = "you own it"
    if not told:
        admins = session.scalars(select(Person).where(Person.role == Role.ADMIN, Person.active).order_by(Person.id))
        told = {p.id: "nobody owns it yet and you are an admin" for p in admins}
    return Route(owner.id if owner else None, told)


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
