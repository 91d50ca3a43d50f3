"""Turns a team's row into the calendar that rules reckon with, its country's public holidays among the days off."""

from datetime import date
from functools import lru_cache

import holidays

from signals.calendar import Calendar
from store.people import Team

YEARS = range(2000, 2041)
"""Years whose public holidays are known: the oldest mail somebody may replay, and far enough ahead."""


def calendar_of(team: Team | None) -> Calendar:
    """The business hours of a team; nine to half past five UTC where there is none."""
    if team is None:
        return Calendar()
    return Calendar(team.zone, team.opens, team.closes, _days_off(team.country, tuple(team.holidays)))


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
