"""A team's days off are its own and the public holidays of its country."""

from datetime import UTC, date, datetime

import pytest

from signals.business import is_workday
from store.people import Team
from workflow.calendars import calendar_of, knows_country


def _team(**given: object) -> Team:
    return Team(**{"name": "t", "zone": "Europe/Berlin", "holidays": [], "country": None} | given)


@pytest.mark.parametrize(
    ("country", "day", "free"),
    [
        ("DE", date(2026, 5, 1), True),
        ("DE", date(2026, 6, 4), False),
        ("DE-BY", date(2026, 6, 4), True),
        ("US", date(2026, 7, 4), True),
        (None, date(2026, 5, 1), False),
    ],
)
def test_public_holidays_are_days_off(country: str | None, day: date, free: bool) -> None:
    assert (day in calendar_of(_team(country=country)).holidays) is free


def test_a_teams_own_days_off_count_too() -> None:
    calendar = calendar_of(_team(holidays=["2026-05-06"], country="DE"))
    assert not is_workday(calendar, datetime(2026, 5, 6, 8, tzinfo=UTC).date())


@pytest.mark.parametrize(
    ("code", "known"), [("DE", True), ("DE-BY", True), ("XX", False), ("DE-QQ", False), ("", False)]
)
def test_only_known_countries_are_taken(code: str, known: bool) -> None:
    assert knows_country(code) is known
