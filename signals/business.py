"""Computes in business time: hours between two moments, a moment so many business hours on, and when a day closes."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from signals.calendar import Calendar

HOUR = 3600.0
_FARTHEST_YEARS = 30
"""A calendar without an open hour in this many years has none."""


class NoBusinessHoursError(ValueError):
    """The calendar is never open, so that no business time can be counted on it."""


@dataclass(frozen=True)
class _Year:
    """The open windows of one year in epoch seconds, and the business seconds before and up to the end of each."""

    opens: list[float]
    closes: list[float]
    before: list[float]
    after: list[float]

    @property
    def total(self) -> float:
        """Business seconds of the whole year."""
        return self.after[-1] if self.after else 0.0


def is_open(calendar: Calendar, moment: datetime) -> bool:
    """Whether `moment` lies in business hours; the closing instant does not."""
    year = _year(calendar, _local_year(calendar, moment))
    index = bisect_right(year.opens, moment.timestamp()) - 1
    return index >= 0 and moment.timestamp() < year.closes[index]


def next_open(calendar: Calendar, moment: datetime) -> datetime:
    """`moment` itself when it is in business hours, else the next opening, in UTC.

    Raises:
        NoBusinessHoursError: the calendar is never open.

    """
    if is_open(calendar, moment):
        return moment.astimezone(UTC)
    for year in _years_from(calendar, _local_year(calendar, moment)):
        index = bisect_left(year.opens, moment.timestamp())
        if index < len(year.opens):
            return _moment(year.opens[index])
    raise _never_open(calendar)


def end_of_day(calendar: Calendar, moment: datetime) -> datetime:
    """The close of the business day that `moment` falls in or, outside of business hours, of the next one, in UTC.

    Raises:
        NoBusinessHoursError: the calendar is never open.

    """
    for year in _years_from(calendar, _local_year(calendar, moment)):
        index = bisect_left(year.closes, moment.timestamp())
        if index < len(year.closes):
            return _moment(year.closes[index])
    raise _never_open(calendar)


def close_of(calendar: Calendar, day: date) -> datetime:
    """When `day` closes by the clock of the calendar's zone, whether or not it is a working day, in UTC."""
    return _moment(_window(calendar, day)[1])


def is_workday(calendar: Calendar, day: date) -> bool:
    """Whether the team works on `day`."""
    return day.weekday() in calendar.workdays and day not in calendar.holidays


def add_business(calendar: Calendar, moment: datetime, hours: float) -> datetime:
    """The moment `hours` business hours after `moment` (before it when negative), in UTC.

    Raises:
        NoBusinessHoursError: the calendar is never open.

    """
    if hours == 0:
        return next_open(calendar, moment)
    number = _local_year(calendar, moment)
    target = _worked(_year(calendar, number), moment) + hours * HOUR
    return _forward(calendar, number, target) if hours > 0 else _backward(calendar, number, target)


def add_business_days(calendar: Calendar, moment: datetime, days: int) -> datetime:
    """The close of the `days`-th business day after the local day of `moment`, in UTC.

    Raises:
        NoBusinessHoursError: the calendar is never open.

    """
    day, left = moment.astimezone(calendar.clock).date(), days
    for _ in range(366 * _FARTHEST_YEARS):
        if left <= 0:
            return close_of(calendar, day)
        day += timedelta(days=1)
        left -= is_workday(calendar, day)
    raise _never_open(calendar)


def business_hours_between(calendar: Calendar, start: datetime, end: datetime) -> float:
    """Business hours from `start` to `end`; negative when `end` is earlier."""
    if end < start:
        return -business_hours_between(calendar, end, start)
    first, last = _local_year(calendar, start), _local_year(calendar, end)
    seconds = _worked(_year(calendar, last), end) - _worked(_year(calendar, first), start)
    return (seconds + sum(_year(calendar, year).total for year in range(first, last))) / HOUR


def business_days_between(calendar: Calendar, start: datetime, end: datetime) -> float:
    """Business time from `start` to `end` in days of the calendar's length."""
    return business_hours_between(calendar, start, end) / day_hours(calendar)


def day_hours(calendar: Calendar) -> float:
    """Length of one business day in hours."""
    minutes = (calendar.closes.hour - calendar.opens.hour) * 60 + calendar.closes.minute - calendar.opens.minute
    return (minutes if minutes > 0 else minutes + 24 * 60) / 60


def _forward(calendar: Calendar, number: int, target: float) -> datetime:
    for year in _years_from(calendar, number):
        if target <= year.total:
            index = bisect_left(year.after, target)
            return _moment(year.opens[index] + target - year.before[index])
        target -= year.total
    raise _never_open(calendar)


def _backward(calendar: Calendar, number: int, target: float) -> datetime:
    for step in range(_FARTHEST_YEARS):
        year = _year(calendar, number - step)
        if target >= 0 and year.opens:
            index = bisect_right(year.before, target) - 1
            return _moment(year.opens[index] + target - year.before[index])
        target += _year(calendar, number - step - 1).total
    raise _never_open(calendar)


def _worked(year: _Year, moment: datetime) -> float:
    """Business seconds of the year up to `moment`."""
    stamp = moment.timestamp()
    index = bisect_right(year.opens, stamp) - 1
    return year.before[index] + min(stamp, year.closes[index]) - year.opens[index] if index >= 0 else 0.0


def _years_from(calendar: Calendar, number: int) -> Iterator[_Year]:
    return (_year(calendar, number + step) for step in range(_FARTHEST_YEARS))


@lru_cache(maxsize=1024)
def _year(calendar: Calendar, number: int) -> _Year:
    year, total = _Year([], [], [], []), 0.0
    day = date(number, 1, 1)
    while day.year == number:
        opens, closes = _window(calendar, day)
        if is_workday(calendar, day) and closes > opens:
            year.opens.append(opens)
            year.closes.append(closes)
            year.before.append(total)
            total += closes - opens
            year.after.append(total)
        day += timedelta(days=1)
    return year


def _window(calendar: Calendar, day: date) -> tuple[float, float]:
    """When `day` opens and closes, in epoch seconds; zoneinfo settles daylight saving time."""
    zone = calendar.clock
    last = day if calendar.closes > calendar.opens else day + timedelta(days=1)
    opens = datetime.combine(day, calendar.opens, tzinfo=zone)
    return opens.timestamp(), datetime.combine(last, calendar.closes, tzinfo=zone).timestamp()


def _local_year(calendar: Calendar, moment: datetime) -> int:
    """The year whose windows `moment` is told by; the end of a night shift belongs to the day it began on."""
    local = moment.astimezone(calendar.clock)
    if calendar.closes <= calendar.opens:
        local -= timedelta(hours=calendar.closes.hour, minutes=calendar.closes.minute)
    return local.year


def _moment(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)


def _never_open(calendar: Calendar) -> NoBusinessHoursError:
    return NoBusinessHoursError(f"the calendar of zone {calendar.zone} has no open hour: give it workdays")
