"""Turns a team's row into the calendar that rules reckon with, its country's public holidays among the days off."""

from dataclasses import replace
from datetime import date
from functools import lru_cache

import holidays
from sqlalchemy.orm import Session

from signals.calendar import Calendar
from store.people import Person, Team
from store.record import Escalation

YEARS = range(2000, 2041)
"""Years whose public holidays are known: the oldest mail somebody may replay, and far enough ahead."""


def calendar_of(team: Team | None) -> Calendar:
    """The business hours of a team; nine to half past five UTC where there is none."""
    if team is None:
        return Calendar()
    return Calendar(team.zone, team.opens, team.closes, _days_off(team.country, tuple(team.holidays)))


def owner_calendar(session: Session, esc: Escalation) -> Calendar:
    """The business hours of the owner's team by the clock of the owner's own zone; nobody's are those of the team."""
    owner = None if esc.owner_id is None else session.get(Person, esc.owner_id)
    team_id = (None if owner is None else owner.team_id) or esc.team_id
    calendar = calendar_of(None if team_id is None else session.get(Team, team_id))
    # UTC is what a person has of whom nobody said a zone.
    return calendar if owner is None or owner.zone in ("UTC", calendar.zone) else replace(calendar, zone=owner.zone)


def knows_country(code: str) -> bool:
    """Whether the public holidays of `DE` or `DE-BY` (ISO 3166 in capitals) are known."""
    country, _, region = code.partition("-")
    known = holidays.list_supported_countries()
    return country in known and (not region or region in known[country])


@lru_cache(maxsize=256)
def _days_off(country: str | None, own: tuple[str, ...]) -> frozenset[date]:
    days = set(map(date.fromisoformat, own))
    if country:
        code, _, region = country.partition("-")
        days |= set(holidays.country_holidays(code, subdiv=region or None, years=YEARS))
    return frozenset(days)
