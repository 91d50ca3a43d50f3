"""Business time: windows, holidays, daylight saving, and that adding and measuring agree."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals import business
from signals.calendar import Calendar

BERLIN = Calendar("Europe/Berlin", time(9), time(17, 30), frozenset({date(2026, 4, 3), date(2026, 4, 6)}))
CALENDARS = st.sampled_from(
    [
        BERLIN,
        Calendar("Asia/Kolkata", time(9, 30), time(18, 30)),
        Calendar("America/New_York", time(8), time(17), workdays=frozenset({0, 1, 2, 3, 4, 5})),
        Calendar("Australia/Sydney", time(22), time(6)),
    ]
)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
HOURS = st.integers(0, 4000).map(lambda quarters: quarters / 4)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


@given(CALENDARS, MOMENTS, HOURS)
def test_adding_hours_is_what_measuring_finds(calendar: Calendar, moment: datetime, hours: float) -> None:
    later = business.add_business(calendar, moment, hours)
    assert business.business_hours_between(calendar, moment, later) == pytest.approx(hours, abs=1e-6)


@given(CALENDARS, MOMENTS, HOURS)
def test_taking_hours_off_is_adding_them_backwards(calendar: Calendar, moment: datetime, hours: float) -> None:
    earlier = business.add_business(calendar, moment, -hours) if hours else moment
    assert business.business_hours_between(calendar, earlier, moment) == pytest.approx(hours, abs=1e-6)


@given(CALENDARS, MOMENTS, MOMENTS, MOMENTS)
def test_spans_add_up(calendar: Calendar, one: datetime, two: datetime, three: datetime) -> None:
    whole = business.business_hours_between(calendar, one, three)
    parts = business.business_hours_between(calendar, one, two) + business.business_hours_between(calendar, two, three)
    assert whole == pytest.approx(parts, abs=1e-6)


@given(CALENDARS, MOMENTS)
def test_the_next_opening_is_open_and_not_earlier(calendar: Calendar, moment: datetime) -> None:
    opening = business.next_open(calendar, moment)
    assert opening >= moment
    assert business.is_open(calendar, opening)


@given(CALENDARS, MOMENTS)
def test_a_day_ends_with_no_business_hours_skipped(calendar: Calendar, moment: datetime) -> None:
    end = business.end_of_day(calendar, moment)
    assert business.business_hours_between(calendar, moment, end) <= business.day_hours(calendar) + 1


def test_easter_counts_no_hours() -> None:
    assert (
        business.business_hours_between(BERLIN, local("2026-04-02T17:00+02:00"), local("2026-04-07T10:00+02:00")) == 1.5
    )


def test_a_promise_made_before_summer_time_ends_by_the_wall_clock() -> None:
    assert business.add_business(BERLIN, local("2026-03-27T16:30+01:00"), 2) == local("2026-03-30T10:00+02:00")


def test_business_days_end_at_the_close_of_the_day() -> None:
    assert business.add_business_days(BERLIN, local("2026-04-01T10:00+02:00"), 2) == local("2026-04-07T17:30+02:00")


def test_the_closing_instant_is_no_longer_open() -> None:
    assert not business.is_open(BERLIN, local("2026-05-06T17:30+02:00"))


def test_the_close_itself_is_the_end_of_its_day() -> None:
    close = local("2026-05-06T17:30+02:00")
    assert business.end_of_day(BERLIN, close) == close


def test_after_hours_belongs_to_the_next_business_day() -> None:
    assert business.end_of_day(BERLIN, local("2026-05-08T18:00+02:00")) == local("2026-05-11T17:30+02:00")


def test_time_across_new_year_is_counted_on_both_sides() -> None:
    start, end = local("2025-12-31T16:30+01:00"), local("2026-01-01T10:00+01:00")
    assert business.business_hours_between(BERLIN, start, end) == 2


def test_a_calendar_that_never_opens_is_refused_with_a_sentence() -> None:
    never = Calendar(workdays=frozenset())
    with pytest.raises(business.NoBusinessHoursError, match="give it workdays"):
        business.next_open(never, datetime(2026, 1, 1, tzinfo=UTC))


def test_a_night_shift_closes_on_the_next_day() -> None:
    night = Calendar("UTC", time(22), time(6))
    opened = datetime(2026, 5, 4, 22, tzinfo=UTC)
    assert business.end_of_day(night, opened) == opened + timedelta(hours=8)


def test_a_night_shift_over_new_year_is_one_shift() -> None:
    night = Calendar("UTC", time(22), time(6))
    start, end = datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 1, 1, 3, tzinfo=UTC)
    assert (business.business_hours_between(night, start, end), business.is_open(night, end)) == (4, True)
