"""Reads the dates and durations people write in commands: the whole text must be one, or it is none."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

END_OF_DAY = time(17, 30)
"""What a day without a time means: the end of the usual business day."""

_FARTHEST = 100
"""Years from today that a named year may lie; one beyond is a slip, and near 9999 another zone has no such day."""

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_SHORT = re.compile(r"(mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)", re.ASCII)
_TIME = re.compile(r"(?:at )?(\d{1,2})(?::(\d\d))? ?(am|pm|h|uhr)?", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:t(?=\d))?", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?", re.ASCII)
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)? (?:of )?([a-z]{3,9})\.?(?:,? (\d{4}))?", re.ASCII)
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?(?![:\d])", re.ASCII)
_SPAN = re.compile(r"(?:in |for )?(\d{1,3}|an?|one|two|three) ?(h|hrs?|hours?|d|days?|w|wks?|weeks?)", re.ASCII)
_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3}
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@dataclass(frozen=True)
class When:
    """The moment a text was written, and the IANA zone of its writer; an unknown zone is read as UTC."""

    now: datetime
    zone: str = "UTC"

    @property
    def tz(self) -> ZoneInfo:
        """The zone itself."""
        try:
            return ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo("UTC")


def say_time(moment: datetime, zone: str) -> str:
    """`Fri 8 May 2026 17:00 CEST`: a moment as the person's own clock shows it."""
    local = moment.astimezone(When(moment, zone).tz)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M} {local.tzname()}"


def parse_span(text: str) -> timedelta | None:
    """`2d`, `4 hours`, `a week`: how long; None when the text is anything else."""
    match = _SPAN.fullmatch(_plain(text))
    if match is None:
        return None
    return _UNITS[match[2][0]] * int(_WORDS.get(match[1], 0) or match[1])


def parse_date(text: str, when: When) -> datetime | None:
    """The moment in UTC that `Friday 5pm`, `2026-05-09`, `tomorrow`, `in 2 days` or `9 May 14:00` means.

    A day without a time is its end (17:30); a weekday is the next such day after now; a day and month without a year
    is the next one to come. None when the text is not, as a whole, a date.
    """
    plain = _plain(text).removeprefix("by ").removeprefix("until ").removeprefix("on ")
    span = parse_span(plain)
    if span is not None:
        return when.now + span if span < timedelta(days=1) else _moment(_today(when) + span, END_OF_DAY, when)
    found = _day(plain, when)
    if found is None:
        return _time_alone(plain, when)
    day, rest = found
    at = _clock(rest)
    if at is None:
        return None
    moment = _moment(day, at, when)
    # "Wednesday 5pm" written on a Wednesday morning is today; written in the evening it is next week.
    if moment <= when.now and plain.startswith(tuple(d[:3] for d in _WEEKDAYS)):
        moment = _moment(day + timedelta(days=7), at, when)
    return moment


def _plain(text: str) -> str:
    low = " ".join(text.lower().replace(",", " ").split())
    return low.rstrip(".!") if not re.search(r"\d\.$", low) else low


def _today(when: When) -> date:
    return when.now.astimezone(when.tz).date()


def _moment(day: date, at: time, when: When) -> datetime:
    return datetime.combine(day, at, when.tz).astimezone(UTC)


def _clock(text: str) -> time | None:
    """The time of day a rest such as ` 5pm` gives: the end of the day when empty, None when it is no time."""
    plain = text.strip()
    named = {"": END_OF_DAY, "eod": END_OF_DAY, "cob": END_OF_DAY, "noon": time(12), "morning": time(12)}
    if plain in named:
        return named[plain]
    match = _TIME.fullmatch(plain)
    if match is None or (match[2] is None and match[3] is None):
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half in ("am", "pm"):
        if not 1 <= hour <= 12:  # noqa: PLR2004 - a clock face
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004 - a day


def _time_alone(plain: str, when: When) -> datetime | None:
    at = _clock(plain)
    if at is None or not plain:
        return None
    moment = _moment(_today(when), at, when)
    return moment if moment > when.now else _moment(_today(when) + timedelta(days=1), at, when)


def _day(plain: str, when: When) -> tuple[date, str] | None:
    """The day a text begins with, and what stands behind it."""
    today = _today(when)
    for word, days in (("today", 0), ("tonight", 0), ("tomorrow", 1)):
        if plain == word or plain.startswith(word + " "):
            return today + timedelta(days=days), plain.removeprefix(word)
    return _weekday(plain, today) or _calendar_day(plain, today)


def _weekday(plain: str, today: date) -> tuple[date, str] | None:
    soonest = plain.removeprefix("this ")
    following = soonest.removeprefix("next ")
    word, _, rest = following.partition(" ")
    for number, name in enumerate(_WEEKDAYS):
        if word == name or (_DAY_SHORT.fullmatch(word) and name.startswith(word[:3])):
            ahead = (number - today.weekday()) % 7
            if following != soonest and ahead == 0:
                ahead = 7
            return today + timedelta(days=ahead), rest
    return None


def _calendar_day(plain: str, today: date) -> tuple[date, str] | None:
    for pattern, order in ((_ISO, "ymd"), (_DOTTED, "dmy"), (_DAY_MONTH, "dmy"), (_MONTH_DAY, "mdy")):
        match = pattern.match(plain)
        if match is None:
            continue
        parts = dict(zip(order, match.groups(), strict=True))
        made = _date(parts["y"], parts["m"], parts["d"], today)
        rest = plain[match.end() :]
        if made is not None and (not rest or rest[0] == " " or plain[match.end() - 1] == "t"):
            return made, rest
    return None


def _date(year: str | None, month: str, day: str, today: date) -> date | None:
    number = int(month) if month.isdigit() else _month(month)
    try:
        if year is not None:
            return date(int(year), number, int(day)) if abs(int(year) - today.year) <= _FARTHEST else None
        made = date(today.year, number, int(day))
        return made if made >= today else made.replace(year=today.year + 1)
    except ValueError:
        return None


def _month(word: str) -> int:
    full = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december")  # fmt: skip
    return next((n for n, name in enumerate(full, 1) if word in (name, name[:3], name[:4])), 0)
