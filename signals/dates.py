"""Resolves one written date - a weekday, a span, the end of a month - to a day or moment, by the sender's calendar."""

from calendar import isleap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from signals import business
from signals.calendar import Calendar

_MONTHS = 12
COUNTED = 3
"""Weight of a date that is counted from the mail's own time; nothing else says more."""
_SATURDAY = 5


@dataclass(frozen=True)
class Frame:
    """What dates are relative to: when the mail was sent and by whose clock and business hours.

    `sender` is the zone of the sender's own clock where it is known and differs; clock times are told by it.
    """

    sent_at: datetime
    calendar: Calendar
    sender: tzinfo | None = None

    @property
    def here(self) -> datetime:
        """When the mail was sent, on the sender's wall clock."""
        return self.sent_at.astimezone(self.clock)

    @property
    def clock(self) -> tzinfo:
        """The zone in which the writer tells the time."""
        return self.sender or self.calendar.clock

    @property
    def day_first(self) -> bool:
        """Whether 03/04 means the third of April here; only North America north of Mexico writes the month first."""
        return not self.calendar.zone.startswith(("America/New", "America/Chi", "America/Den", "America/Los", "US/"))


@dataclass(frozen=True)
class Piece:
    """A part of a date: a day, a moment, or a clock time, with its place."""

    start: int
    end: int
    day: date | None = None
    moment: datetime | None = None
    clock: str = ""
    zone: str = ""
    weight: int = 0
    ambiguous: bool = False


@dataclass(frozen=True)
class Context:
    """A frame with the lexicon's tables at hand."""

    frame: Frame
    tables: dict[str, dict[str, Any]]

    @property
    def today(self) -> date:
        """The local day the mail was sent on."""
        return self.frame.here.date()


def _clock(g: dict[str, str], span: tuple[int, int], context: Context) -> Piece | None:
    zone = context.tables.get("zones", {}).get(g.get("zone", ""), "")
    if "word" in g:
        return Piece(*span, clock=str(context.tables["clock"][g["word"]]))
    if "bare" in g:
        return Piece(*span, clock=f"{_bare_hour(g['bare'], context):02}:00", weight=1)
    hour, minute, half = int(g["h"]), int(g.get("m") or 0), g.get("ap", "").replace(".", "")
    if half.startswith(("pm", "de la tarde", "da tarde", "nachm")) and hour < _MONTHS:
        hour += 12
    if half == "am" and hour == _MONTHS:
        hour = 0
    return Piece(*span, clock=f"{hour:02}:{minute:02}", zone=zone, weight=1)


def _spoken(g: dict[str, str], span: tuple[int, int], context: Context) -> Piece | None:
    """`half past three`, `halb vier`, `las cuatro y media`: an hour with a part of one."""
    minutes = 60 * _bare_hour(g["bare"], context) + int(context.tables["fractions"][g["part"]])
    return Piece(*span, clock=f"{minutes // 60:02}:{minutes % 60:02}", weight=2)


def _bare_hour(text: str, context: Context) -> int:
    """`at ten`, `by 4`: an hour without am or pm lies in business hours."""
    hour = int(_number(text, context))
    return hour + _MONTHS if hour < context.frame.calendar.opens.hour and hour < _MONTHS - 4 else hour


def _day(g: dict[str, str], span: tuple[int, int], context: Context) -> Piece | None:
    return Piece(*span, day=context.today + timedelta(days=context.tables["days"][g["day"]]))


def _same_day(_g: dict[str, str], span: tuple[int, int], context: Context) -> Piece | None:
    return Piece(*span, day=context.today, weight=COUNTED)


def _weekday(g: dict[str, str], span: tuple[int, int], context: Context) -> Piece | None:
    today, wanted = context.today, context.tables["weekdays"][g["wd"]]
    ahead = (wanted - today.weekday()) % 7 or 7
    same_week = today.weekday() + ahead < 7  # noqa: PLR2004
    if "later" in g or (g.get("which", "") in context.tables.get("nexts", {"next": 1}) and same_week):
        ahead += 7 if same_week or g.get("later", "").strip() == "week" else 0
    return Piece(*span, day=today + timedelta(days=ahead))


def _written(g: dict[str, str], span: tuple[int, int], context: Context) -> Piece | None:
    month = int(g["mo"]) if "mo" in g else context.tables["months"][g["mon"]]
    return Piece(*span, day=_of_year(g.get("y"), month, int(g["d"]), context), weight=2)


def _numeric(g: dict[str, str], span: tuple[int, int], context: Context) -> Piece | None:
    first, second = int(g["a"]), int(g["b"])
    day_first = first > _MONTHS or (context.frame.day_first and second <= _MONTHS)
    day, month = (first, second) if day_first else (second, first)
    ambiguous = first <= _MONTHS and second <= _MONTHS and first != second
    return Piece(*span, day=_of_year(g.get("y"), month, day, context), weight=2, ambiguous=ambiguous)


def _of_year(year: str | None, month: int, day: int, context: Context) -> date:
    """The day in the given year, else the next time it comes round; half a year back is the past, not next year."""
    if year:
        return date(int(year) % 100 + 2000, month, day)
    if (month, day) == (2, 29) and not isleap(context.today.year):
        return date(context.today.year + 1, month, day)
    this = date(context.today.year, month, day)
    return this if this >= context.today - timedelta(days=183) else date(context.today.year + 1, month, day)


def _of_month(g: dict[str, str], span: tuple[int, int], context: Context) -> Piece | None:
    day, today = int(g["d"]), context.today
    month = today if day >= today.day else _last_of_month(today) + timedelta(days=1)
    return Piece(*span, day=month.replace(day=day), weight=1)


def _next_working_day(_g: dict[str, str], span: tuple[int, int], context: Context) -> Piece | None:
    return Piece(*span, day=_work_days_on(context, 1))


def _span(g: dict[str, str], span: tuple[int, int], context: Context) -> Piece | None:
    number = _number(g.get("n"), context)
    unit, sent = context.tables["units"][g["u"]], context.frame.sent_at
    if unit == "minute":
        return Piece(*span, moment=sent + timedelta(minutes=number), weight=COUNTED)
    if unit == "hour":
        return Piece(*span, moment=sent + timedelta(hours=number), weight=COUNTED)
    if unit == "business hour":
        return Piece(*span, moment=business.add_business(context.frame.calendar, sent, number), weight=COUNTED)
    if unit == "business day":
        return Piece(*span, day=_work_days_on(context, int(number)), weight=COUNTED)
    days = {"day": 1, "week": 7, "fortnight": 14, "month": 30}[unit] * number
    return Piece(*span, day=_roll(context, context.today + timedelta(days=days)), weight=COUNTED)


def _number(text: str | None, context: Context) -> float:
    return float(text) if text and text.isdigit() else float(context.tables["numbers"].get(text or "", 1))


def _end(g: dict[str, str], span: tuple[int, int], context: Context) -> Piece | None:
    today = context.today
    if "mon" in g:
        first = _of_year(None, context.tables["months"][g["mon"]], 1, context)
        return Piece(*span, day=work_day_before(context, _last_of_month(first)), weight=2)
    shorts = {"eow": "week", "eom": "month", "eoq": "quarter", "eoy": "year"}
    period = shorts[g["short"]] if "short" in g else context.tables["periods"][g["p"]]
    if period == "day":
        return Piece(*span, day=today, weight=1)
    end = _period_end(today, period)
    if "next" in g:
        end = _period_end(end + timedelta(days=3), period)
    return Piece(*span, day=work_day_before(context, end), weight=2)


def _period_end(day: date, period: str) -> date:
    if period == "week":
        friday = day + timedelta(days=4 - day.weekday())
        return friday if day.weekday() < _SATURDAY else friday + timedelta(days=7)
    if period == "month":
        return _last_of_month(day)
    if period == "quarter":
        return _last_of_month(date(day.year, 3 * ((day.month - 1) // 3) + 3, 1))
    return date(day.year, 12, 31)


def _week(g: dict[str, str], span: tuple[int, int], context: Context) -> Piece | None:
    """Early is Tuesday, the middle Wednesday, otherwise Friday: the latest day that still fits the words."""
    today, later = context.today, context.tables["laters"].get(g.get("which", ""), 0)
    if "number" in g:
        return Piece(*span, day=_friday_of_week(int(g["number"]), today))
    if context.tables["units"].get(g.get("u", ""), "week") == "month":
        end = _last_of_month(today)
        return Piece(*span, day=work_day_before(context, _last_of_month(end + timedelta(days=1)) if later else end))
    parts = context.tables["parts"]
    day = today - timedelta(days=today.weekday()) + timedelta(days=7 * later + parts.get(g.get("part", "").strip(), 4))
    return Piece(*span, day=work_day_before(context, day))


def _friday_of_week(number: int, today: date) -> date:
    friday = date.fromisocalendar(today.year, number, 5)
    return friday if friday >= today else date.fromisocalendar(today.year + 1, number, 5)


KINDS: dict[str, Callable[[dict[str, str], tuple[int, int], Context], Piece | None]] = {
    "clock": _clock,
    "spoken": _spoken,
    "day": _day,
    "same_day": _same_day,
    "weekday": _weekday,
    "date": _written,
    "numeric": _numeric,
    "dom": _of_month,
    "next_working_day": _next_working_day,
    "span": _span,
    "end": _end,
    "week": _week,
}


def _roll(context: Context, day: date) -> date:
    for _ in range(_MONTHS):
        if business.is_workday(context.frame.calendar, day):
            return day
        day += timedelta(days=1)
    return day


def work_day_before(context: Context, day: date) -> date:
    """The day itself when it is a business day, else the last one before it."""
    for back in range(_MONTHS):
        if business.is_workday(context.frame.calendar, day - timedelta(days=back)):
            return day - timedelta(days=back)
    return day


def _work_days_on(context: Context, days: int) -> date:
    end = business.add_business_days(context.frame.calendar, context.frame.sent_at, days)
    return end.astimezone(context.frame.calendar.clock).date()


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
