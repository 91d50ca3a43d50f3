"""A snapshot of who is who: our people, teams, mailboxes and special addresses, loaded once per batch."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.settings import Mailbox, Settings
from config.words import Role
from signals.calendar import Calendar
from store.people import Person, Team
from workflow.calendars import calendar_of


@dataclass(frozen=True)
class Colleague:
    """One of us, as far as a mail's way needs to know."""

    id: int
    email: str
    name: str
    team_id: int | None
    active: bool


@dataclass(frozen=True)
class Directory:
    """Ours against theirs. All addresses and domains are in lower case."""

    colleagues: dict[str, Colleague]
    domains: frozenset[str]
    mailboxes: dict[str, Mailbox]
    team_of_mailbox: dict[str, int]
    calendars: dict[int, Calendar]
    own_address: str
    reply_address: str
    bounce_address: str
    escalation_address: str

    def is_ours(self, address: str) -> bool:
        """Whether an address is a person, a mailbox or a domain of ours."""
        return address in self.colleagues or self.is_mailbox(address) or address.rpartition("@")[2] in self.domains

    @property
    def knows_us(self) -> bool:
        """Whether any address or domain of ours is known at all."""
        return bool(self.colleagues or self.team_of_mailbox or self.mailboxes or self.domains)

    def is_near_us(self, address: str) -> bool:
        """Whether an address is ours or stands in the domain of one of our people: an alias that nobody told us of."""
        return self.is_ours(address) or address.rpartition("@")[2] in self._homes

    @cached_property
    def _homes(self) -> frozenset[str]:
        return frozenset(colleague.rpartition("@")[2] for colleague in self.colleagues)

    def is_mailbox(self, address: str) -> bool:
        """Whether an address is one that customers write to."""
        return address in self.team_of_mailbox or address in self.mailboxes

    def to_us(self, special: str, addresses: Iterable[str]) -> bool:
        """Whether one of `addresses` is `special`, with or without a `+tag`."""
        local, _, domain = special.partition("@")
        return any(
            a == special or (a.endswith("@" + domain) and a.startswith(local + "+")) for a in map(str.lower, addresses)
        )

    def team_for(self, addresses: Iterable[str]) -> int | None:
        """The team whose mailbox is among the recipients."""
        return next((self.team_of_mailbox[a] for a in addresses if a in self.team_of_mailbox), None)

    def calendar(self, team_id: int | None) -> Calendar:
        """The business hours of a team; nine to half past five UTC where there is none."""
        return self.calendars.get(team_id or 0, _DEFAULT_CALENDAR)


_DEFAULT_CALENDAR = Calendar()


_PEOPLE = select(Person.id, Person.email, Person.name, Person.team_id, Person.active)
_LED = select(Person.id).where(Person.team_id == Team.id, Person.role == Role.MANAGER, Person.active).exists()
_TEAMS = select(Team).order_by(_LED, Team.id.desc())
"""A mailbox that several teams share belongs to the last of them here: the first that has a manager of its own."""


def load_directory(session: Session, settings: Settings) -> Directory:
    """Read the snapshot. Domains default to those of the watched mailboxes."""
    teams = list(session.scalars(_TEAMS))
    names = {team.name: team.id for team in teams}
    team_of = {box.lower(): team.id for team in teams for box in team.mailboxes}
    boxes = {box.address.lower(): box for box in settings.mailboxes}
    team_of.update({address: names[box.team] for address, box in boxes.items() if box.team in names})
    people = session.execute(_PEOPLE)
    outgoing = settings.outgoing
    return Directory(
        colleagues={email: Colleague(key, email, name, team, active) for key, email, name, team, active in people},
        domains=_domains(settings, {*boxes, *team_of}),
        mailboxes=boxes,
        team_of_mailbox=team_of,
        calendars={team.id: calendar_of(team) for team in teams},
        own_address=outgoing.from_address.lower(),
        reply_address=outgoing.reply_address.lower(),
        bounce_address=outgoing.bounce_address.lower(),
        escalation_address=outgoing.escalation_address.lower(),
    )


def _domains(settings: Settings, boxes: set[str]) -> frozenset[str]:
    """Every domain whose addresses are ours: as set, else those of the mailboxes; and those of our own mail."""
    given = set(map(str.lower, settings.our_domains)) or {box.rpartition("@")[2] for box in boxes}
    outgoing = settings.outgoing
    special = (outgoing.from_address, outgoing.reply_address, outgoing.bounce_address, outgoing.escalation_address)
    return frozenset(given | {address.lower().rpartition("@")[2] for address in special})
