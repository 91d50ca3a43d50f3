"""Dates in commands: the whole text is a date in the person's zone, or it is none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.dates import When, parse_date, parse_span

BERLIN = When(datetime(2026, 5, 6, 8, 30, tzinfo=UTC), "Europe/Berlin")
"""A Wednesday, 10:30 in Berlin."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Friday 5pm", "2026-05-08T15:00"),
        ("by Friday, 17:00", "2026-05-08T15:00"),
        ("fri 17h", "2026-05-08T15:00"),
        ("2026-05-09", "2026-05-09T15:30"),
        ("2026-05-09 08:00", "2026-05-09T06:00"),
        ("2026-05-09T08:00", "2026-05-09T06:00"),
        ("9.5.", "2026-05-09T15:30"),
        ("9.5.2026 14:00", "2026-05-09T12:00"),
        ("tomorrow", "2026-05-07T15:30"),
        ("tomorrow noon", "2026-05-07T10:00"),
        ("today 3pm", "2026-05-06T13:00"),
        ("tonight 8pm", "2026-05-06T18:00"),
        ("eod", "2026-05-06T15:30"),
        ("5pm", "2026-05-06T15:00"),
        ("9:00", "2026-05-07T07:00"),
        ("Wednesday 5pm", "2026-05-06T15:00"),
        ("Wednesday 9am", "2026-05-13T07:00"),
        ("next Wednesday", "2026-05-13T15:30"),
        ("9 May", "2026-05-09T15:30"),
        ("9th of May 12:00", "2026-05-09T10:00"),
        ("May 9, 2027 5pm", "2027-05-09T15:00"),
        ("1 March", "2027-03-01T16:30"),
        ("in 2 days", "2026-05-08T15:30"),
        ("4h", "2026-05-06T12:30"),
        ("a week", "2026-05-13T15:30"),
        ("12am", "2026-05-06T22:00"),
    ],
)
def test_dates(text: str, expected: str) -> None:
    assert parse_date(text, BERLIN) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "friday maybe", "31 Feb", "2026-13-01", "25:00", "13pm", "12", "sunny", "may", "the vendor", "1 Foo"],
)
def test_no_dates(text: str) -> None:
    assert parse_date(text, BERLIN) is None


def test_an_unknown_zone_is_read_as_utc() -> None:
    assert parse_date("17:00", When(BERLIN.now, "Mars/Olympus")) == datetime(2026, 5, 6, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "span"), [("2d", timedelta(days=2)), ("for 4 hours", timedelta(hours=4)), ("a week", timedelta(weeks=1))]
)
def test_spans(text: str, span: timedelta) -> None:
    assert parse_span(text) == span


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    parse_date(text, BERLIN)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo", "UTC"])
@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01 0h", "1 January 0001", "31.12.2999"])
def test_a_year_far_off_is_a_slip(text: str, zone: str) -> None:
    assert parse_date(text, When(BERLIN.now, zone)) is None
