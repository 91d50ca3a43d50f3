"""Dates and spans as colleagues say them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.build import because
from alerts.phrases import HAPPENED, hours, listed, relative, span, when
from config.words import SIGNAL_NAMES, Signal

NOW = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "0 minutes"), (1, "1 minute"), (59, "59 minutes"), (60, "1 hour"), (89, "1 hour"), (95, "2 hours"),
        (26 * 60, "26 hours"), (36 * 60, "2 days"), (72 * 60, "3 days"), (-5, "0 minutes"),
    ],
)  # fmt: skip
def test_spans(minutes: int, said: str) -> None:
    assert span(timedelta(minutes=minutes)) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (NOW, "Wed 6 May, 10:30"),
        ("2025-12-31T23:30:00+00:00", "Thu 1 Jan, 00:30"),
        ("2025-12-01T12:00:00+00:00", "Mon 1 Dec 2025, 13:00"),
        ("no date", "an unknown time"),
        (None, "an unknown time"),
    ],
)
def test_times_on_the_readers_clock(value: object, said: str) -> None:
    assert when(value, ZoneInfo("Europe/Berlin"), NOW) == said


def test_relative_times() -> None:
    assert relative(NOW + timedelta(hours=3), NOW) == "in 3 hours"
    assert relative(NOW - timedelta(days=3), NOW) == "3 days ago"


def test_every_signal_has_its_words() -> None:
    assert set(HAPPENED) == set(SIGNAL_NAMES) == set(Signal)


@pytest.mark.parametrize(("value", "said"), [(1, "1 hour"), (8.5, "8.5 hours"), (8.0, "8 hours"), ("x", "x")])
def test_hours(value: object, said: str) -> None:
    assert hours(value) == said


@pytest.mark.parametrize(
    ("items", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists(items: list[str], said: str) -> None:
    assert listed(items) == said


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("you manage Support", "you manage Support"),
        ("owner", "you own it"),
        ("named by lena@us.example", "you were named by lena@us.example"),
        ("on call", "you are on this escalation (on call)"),
        ("", "you are on this escalation"),
    ],
)
def test_reasons(why: str, said: str) -> None:
    assert because(why) == said
