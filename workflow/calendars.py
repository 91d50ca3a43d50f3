"""Turns a team's row into the calendar that rules reckon with."""

from datetime import date

from signals.calendar import Calendar
from store.people import Team


def calendar_of(team: Team | None) -> Calendar:
    """The business hours of a team; nine to half past five UTC where there is none."""
    if team is None:
        return Calendar()
    return Calendar(team.zone, team.opens, team.closes, frozenset(map(date.fromisoformat, team.holidays)))
