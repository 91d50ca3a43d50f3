"""Quiet hours on the person's own clock, also on the two odd days of the year."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from alerts.clockwork import day_start, window_end, zone_of
from store.people import Person

BERLIN = ZoneInfo("Europe/Berlin")


def _end(local: str, start: str = "20:00", end: str = "07:00", fold: int = 0) -> str | None:
    now = datetime.fromisoformat(local).replace(tzinfo=BERLIN, fold=fold).astimezone(UTC)
    over = window_end(now, BERLIN, time.fromisoformat(start), time.fromisoformat(end))
    assert over is None or over > now
    return over.astimezone(BERLIN).isoformat() if over else None


@pytest.mark.parametrize(
    ("local", "over"),
    [
        ("2026-05-06T19:59", None),
        ("2026-05-06T20:00", "2026-05-07T07:00:00+02:00"),
        ("2026-05-07T06:59", "2026-05-07T07:00:00+02:00"),
        ("2026-05-07T07:00", None),
        ("2026-03-28T23:00", "2026-03-29T07:00:00+02:00"),
        ("2026-10-24T23:00", "2026-10-25T07:00:00+01:00"),
    ],
)
def test_quiet_hours_past_midnight(local: str, over: str | None) -> None:
    assert _end(local) == over


def test_quiet_hours_within_a_day() -> None:
    assert _end("2026-05-06T12:30", "12:00", "13:00") == "2026-05-06T13:00:00+02:00"


def test_no_quiet_hours_when_both_ends_are_the_same() -> None:
    assert _end("2026-05-06T12:30", "08:00", "08:00") is None


def test_an_end_that_does_not_exist_comes_right_after_the_gap() -> None:
    assert _end("2026-03-29T01:30", "20:00", "02:30") == "2026-03-29T03:30:00+02:00"


def test_an_end_that_comes_twice_is_never_in_the_past() -> None:
    assert _end("2026-10-25T02:10", "20:00", "02:30", fold=1) == "2026-10-25T02:30:00+01:00"


def test_a_day_of_23_hours_starts_at_midnight() -> None:
    person = Person(zone="Europe/Berlin", preferences={})
    assert day_start(person, datetime(2026, 3, 29, 20, tzinfo=UTC)).isoformat() == "2026-03-28T23:00:00+00:00"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "x" * 5000])
def test_an_unknown_zone_is_utc(zone: str) -> None:
    assert zone_of(Person(zone=zone)) is UTC
