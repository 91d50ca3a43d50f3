"""Looks up who stands at a place of the matrix now, and who stands in for somebody who is away."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.matrix import Case, Derived, Matrix
from config.words import Role
from store.people import Account, Person, Team
from store.record import Escalation
from store.roster import absence_of

HIGHEST = 5
"""Managers above somebody that are looked at for one who is there."""


@dataclass(frozen=True)
class About:
    """What places are looked up for: an escalation that stands, or one that is about to be opened."""

    case: Case
    owner_id: int | None = None
    team_id: int | None = None
    account_id: int | None = None


def about(session: Session, esc: Escalation) -> About:
    """An escalation as the matrix sees it."""
    account = None if esc.account_id is None else session.get(Account, esc.account_id)
    tier = "" if account is None else account.tier
    return About(Case(esc.category, esc.path, esc.priority, esc.risk, tier), esc.owner_id, esc.team_id, esc.account_id)


@dataclass(frozen=True)
class Roster:
    """One moment's answers to who is where."""

    session: Session
    matrix: Matrix | None
    now: datetime

    def by_address(self, addresses: Iterable[str]) -> list[Person]:
        """Our active people of these addresses, in their order."""
        wanted = list(addresses)
        if not wanted:
            return []
        rows = self.session.scalars(select(Person).where(Person.email.in_(wanted), Person.active))
        found = {person.email: person for person in rows}
        return [found[address] for address in wanted if address in found]

    def standing_at(self, who: Sequence[str], thing: About) -> list[Person]:
        """The people meant by `who`, each once, in its order; those away are among them."""
        found: dict[int, Person] = {}
        for each in who:
            for person in self.by_address([each]) if "@" in each else _LOOKED_UP[Derived(each)](self, thing):
                found.setdefault(person.id, person)
        return list(found.values())

    def is_here(self, person: Person) -> bool:
        """Whether somebody is active and not away."""
        return person.active and absence_of(self.session, person.id, self.now) is None

    def here_or_stand_in(self, person: Person, category: str = "") -> Person | None:
        """The person; who stands in where they are away; None where nobody does."""
        return person if self.is_here(person) else self.stand_in(person, category)

    def stand_in(self, person: Person, category: str = "") -> Person | None:
        """Who takes somebody's place: a backup of the matrix who is here, else the nearest manager who is."""
        tried = {person.id}
        for each in (*self._backups(person, category), *self.above(person)):
            if each.id not in tried and self.is_here(each):
                return each
            tried.add(each.id)
        leads = self.managers(person.team_id)
        return next((each for each in leads if each.id not in tried and self.is_here(each)), None)

    def above(self, person: Person) -> list[Person]:
        """The managers above somebody, the nearest first."""
        found: list[Person] = []
        step = person
        while step.manager_id is not None and len(found) < HIGHEST:
            step = self.session.get_one(Person, step.manager_id)
            if step.id == person.id or step in found:
                break
            found.append(step)
        return found

    def managers(self, team_id: int | None) -> list[Person]:
        """The managers of a team."""
        rows = select(Person).where(Person.team_id == team_id, Person.role == Role.MANAGER, Person.active)
        return [] if team_id is None else list(self.session.scalars(rows.order_by(Person.id)))

    def owner(self, thing: About) -> Person | None:
        """Who owns it, while they are one of us."""
        found = None if thing.owner_id is None else self.session.get(Person, thing.owner_id)
        return found if found is not None and found.active else None

    def _backups(self, person: Person, category: str) -> list[Person]:
        """The backups of the category, where the person is one of its primaries, then those of their other ones."""
        if self.matrix is None:
            return []
        rows = sorted(self.matrix.categories.items(), key=lambda item: item[0] != category)
        return self.by_address(who for _name, row in rows if person.email in row.primary for who in row.backup)


def _owner(roster: Roster, thing: About) -> list[Person]:
    owner = roster.owner(thing)
    return [] if owner is None else [owner]


def _team_lead(roster: Roster, thing: About) -> list[Person]:
    return _of_team(roster, thing, "lead")


def _of_team(roster: Roster, thing: About, place: str) -> list[Person]:
    team = None if thing.team_id is None else roster.session.get(Team, thing.team_id)
    row = None if roster.matrix is None or team is None else roster.matrix.teams.get(team.name)
    address = None if row is None else getattr(row, place)
    return roster.by_address([address]) if address else []


def _owner_manager(roster: Roster, thing: About) -> list[Person]:
    owner = roster.owner(thing)
    return [] if owner is None else [each for each in roster.above(owner)[:1] if each.active]


def _team_manager(roster: Roster, thing: About) -> list[Person]:
    owner = roster.owner(thing)
    return roster.managers(thing.team_id or (None if owner is None else owner.team_id))


def _managers_manager(roster: Roster, thing: About) -> list[Person]:
    lower = _owner_manager(roster, thing) or _team_manager(roster, thing)
    return [each for manager in lower[:1] for each in roster.above(manager)[:1] if each.active]


def _account_owner(roster: Roster, thing: About) -> list[Person]:
    account = None if thing.account_id is None else roster.session.get(Account, thing.account_id)
    owner = None if account is None or account.owner_id is None else roster.session.get(Person, account.owner_id)
    return [owner] if owner is not None and owner.active else []


def _sponsor(roster: Roster, thing: About) -> list[Person]:
    """The customer's own sponsor, else that of the team."""
    if roster.matrix is None:
        return []
    name = roster.session.scalar(select(func.lower(Account.name)).where(Account.id == thing.account_id))
    rows = {key.lower(): row.sponsor for key, row in roster.matrix.accounts.items()}
    own = rows.get(name or "")
    return (roster.by_address([own]) if own else []) or _of_team(roster, thing, "sponsor")


def _admins(roster: Roster, _thing: About) -> list[Person]:
    rows = select(Person).where(Person.role == Role.ADMIN, Person.active).order_by(Person.id)
    return list(roster.session.scalars(rows))


_LOOKED_UP: dict[Derived, Callable[[Roster, About], list[Person]]] = {
    Derived.OWNER: _owner,
    Derived.TEAM_LEAD: _team_lead,
    Derived.OWNER_MANAGER: _owner_manager,
    Derived.TEAM_MANAGER: _team_manager,
    Derived.MANAGERS_MANAGER: _managers_manager,
    Derived.ACCOUNT_OWNER: _account_owner,
    Derived.SPONSOR: _sponsor,
    Derived.ADMIN: _admins,
}
"""One look-up for each word that names somebody by their place."""
