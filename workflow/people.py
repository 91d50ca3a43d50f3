"""Imports our people and teams from CSV files: all rows or none, those known already are brought up to date."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import Role
from store.audit import SYSTEM
from store.people import Person, Team
from workflow import preferences
from workflow.calendars import knows_country
from workflow.change import By, Step, append
from workflow.csvfile import BadCellError, CsvRow, Sheet, email, parts
from workflow.preferences import clock

_PEOPLE = ("email", "name", "role", "team", "title", "manager", "zone", *preferences.COLUMNS)
_TEAMS = ("team", "zone", "open", "close", "holidays", "mailboxes", "country")
_NONE: tuple[str, ...] = ()
_NOT_IN_HANDLES = re.compile(r"[^a-z0-9.]+")


@dataclass(frozen=True)
class Imported:
    """What an import did; `notes` are sentences on what it made up."""

    created: int
    updated: int
    notes: tuple[str, ...] = ()


def import_teams(session: Session, by: By, text: str, source: str) -> Imported:
    """Create or update teams by name from `team,zone,open,close,holidays,mailboxes,country`; lists are parted by `;`.

    `country` is an ISO 3166 code, with a region where holidays differ (`DE-BY`): its public holidays are days off.

    Raises:
        CsvError: something is wrong; nothing was changed.

    """
    sheet = Sheet(text, source, _TEAMS, ("team",))
    read = [(row, _team(row)) for row in sheet.rows()]
    _check_once(sheet, [(row, team.name) for row, team in read], "team")
    sheet.check()
    known = {team.name: team for team in session.scalars(select(Team))}
    created = 0
    for _row, team in read:
        if team.name not in known:
            session.add(team)
            created += 1
            continue
        for field in ("zone", "opens", "closes", "holidays", "mailboxes", "country"):
            setattr(known[team.name], field, getattr(team, field))
    return _done(session, by, "teams imported", Imported(created, len(read) - created))


def import_people(session: Session, by: By, text: str, source: str) -> Imported:
    """Create or update people by address from `email,name,role,team,title,manager,zone` and the preferences' columns.

    A team that is not known is made, with the zone of its first person and usual hours, and named in the notes.
    Somebody who is not in the file is left alone.

    Raises:
        CsvError: something is wrong; nothing was changed.

    """
    sheet = Sheet(text, source, _PEOPLE, ("email", "name", "role"))
    read = [_Read.of(row) for row in sheet.rows()]
    _check_once(sheet, [(each.row, each.email) for each in read], "email")
    known = {person.email: person for person in session.scalars(select(Person))}
    _check_managers(read, known)
    sheet.check()
    teams, notes = _teams(session, read)
    handles = {person.handle for person in known.values()}
    created = 0
    for each in read:
        if each.email not in known:
            created += 1
            known[each.email] = Person(email=each.email, handle=_handle(each.email, handles), zone="UTC", title="")
            session.add(known[each.email])
        each.write(known[each.email], teams)
    session.flush()
    by_id = {person.email: person.id for person in known.values()}
    for each in (each for each in read if each.row.has("manager")):
        known[each.email].manager_id = by_id[each.manager] if each.manager else None
    return _done(session, by, "people imported", Imported(created, len(read) - created, notes))


@dataclass(frozen=True)
class _Read:
    """A row of people as read."""

    row: CsvRow
    email: str
    name: str
    role: str
    team: str
    title: str
    manager: str
    zone: str
    prefers: dict[str, Any]

    @classmethod
    def of(cls, row: CsvRow) -> "_Read":
        return cls(
            row=row,
            email=row.need("email", email),
            name=row.need("name", str),
            role=row.need("role", _role),
            team=row.text("team"),
            title=row.text("title"),
            manager=row.take("manager", email, ""),
            zone=row.take("zone", _zone, "UTC"),
            prefers=preferences.of_row(row),
        )

    def write(self, person: Person, teams: dict[str, Team]) -> None:
        """Put the row's values on a person; the handle people know stays."""
        person.name, person.role = self.name, self.role
        # A column that the file does not have says nothing; an empty cell says "none".
        if self.row.has("title"):
            person.title = self.title
        if self.row.has("zone"):
            person.zone = self.zone
        person.preferences = preferences.with_changes(person.preferences or {}, self.prefers)
        if self.row.has("team"):
            person.team_id = teams[self.team].id if self.team else None


def _team(row: CsvRow) -> Team:
    opens, closes = row.take("open", clock, time(9)), row.take("close", clock, time(17, 30))
    if opens >= closes:
        row.wrong("close", f"{closes:%H:%M} is not after {opens:%H:%M}", "A team closes after it opens.")
    return Team(
        name=row.need("team", str),
        zone=row.take("zone", _zone, "UTC"),
        opens=opens,
        closes=closes,
        holidays=list(row.take("holidays", _list_of(_day), _NONE)),
        mailboxes=list(row.take("mailboxes", _list_of(email), _NONE)),
        country=row.take("country", _country, None),
    )


def _teams(session: Session, read: list[_Read]) -> tuple[dict[str, Team], tuple[str, ...]]:
    teams = {team.name: team for team in session.scalars(select(Team))}
    made = []
    for each in read:
        if each.team and each.team not in teams:
            teams[each.team] = Team(name=each.team, zone=each.zone)
            session.add(teams[each.team])
            made.append(each.team)
    session.flush()
    if not made:
        return teams, ()
    return teams, (f"New teams with hours 09:00 to 17:30 in their first person's zone: {', '.join(made)}.",)


def _check_once(sheet: Sheet, keys: list[tuple[CsvRow, str]], column: str) -> None:
    seen: dict[str, int] = {}
    for row, key in keys:
        if key and key in seen:
            sheet.wrong(row.line, column, f'"{key}" stands on line {seen[key]} too', "Keep one of the two rows.")
        seen.setdefault(key, row.line)


def _check_managers(read: list[_Read], known: dict[str, Person]) -> None:
    """Every manager must be one of us, and nobody may stand above themselves."""
    in_file = {each.email: each for each in read}
    addresses = {person.id: person.email for person in known.values()}
    above = {p.email: addresses.get(p.manager_id, "") if p.manager_id else "" for p in known.values()}
    above |= {each.email: each.manager for each in read}
    for each in read:
        if each.manager and each.manager not in in_file and each.manager not in known:
            fix = "Add a row for them, or leave the cell empty."
            each.row.wrong("manager", f'"{each.manager}" is none of our people', fix)
        step, seen = each.manager, {each.email}
        while step and step not in seen:
            seen.add(step)
            step = above.get(step, "")
        if step and step == each.email:
            each.row.wrong("manager", "going up from here leads back here", "Somebody must stand at the top.")


def _handle(address: str, taken: set[str]) -> str:
    """The local part as a handle; another one of the same gets the company's name, then a number."""
    local, _, domain = address.partition("@")
    base = _NOT_IN_HANDLES.sub(".", local).strip(".") or "person"
    if base[0].isdigit():
        base = f"p{base}"
    tries = [base, f"{base}.{_NOT_IN_HANDLES.sub('', domain.split('.')[0])}"]
    tries += [f"{base}{number}" for number in range(2, len(taken) + 3)]
    handle = next(each for each in tries if each not in taken)
    taken.add(handle)
    return handle


def _done(session: Session, by: By, action: str, imported: Imported) -> Imported:
    session.flush()
    detail = {"created": imported.created, "updated": imported.updated}
    append(session, by, SYSTEM, Step(action, detail=detail))
    return imported


def _role(text: str) -> str:
    if text.lower() not in set(Role):
        raise BadCellError(f'"{text[:40]}" is no role', f"Write one of: {', '.join(Role)}.")
    return text.lower()


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadCellError(f'"{text[:40]}" is no time zone', "Write it as in Europe/Berlin.") from None


def _country(text: str) -> str | None:
    code = text.strip().upper()
    if not knows_country(code):
        raise BadCellError(f'"{text[:40]}" has no known public holidays', "Write it as in DE or DE-BY.")
    return code


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadCellError(f'"{text[:40]}" is no date', "Write it as in 2026-12-25.") from None


def _list_of(read: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    return lambda text: tuple(read(part) for part in parts(text))
