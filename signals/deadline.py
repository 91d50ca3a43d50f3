"""Finds the dates in a folded sentence and resolves each to the latest moment that still keeps it, in business terms."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import re2

from config.lexicon import Lexicon, Rule
from signals import business
from signals.calendar import Calendar

_NEAR = 18
"""Characters between a day and a clock time that still belong together, as in `on Friday, in any case by 17:00`."""

_MONTHS = 12
_COUNTED = 3
"""Weight of a date that is counted from the mail's own time; nothing else says more."""
_SATURDAY = 5


@dataclass(frozen=True)
class Deadline:
    """A date in a text. `clock` says that a time of day was given, `ambiguous` that 03/04 could be either day,
    `relative` that it counts from some moment on (`within two days`).
    """

    start: int
    end: int
    due: datetime
    clock: bool = False
    ambiguous: bool = False
    relative: bool = False


@dataclass(frozen=True)
class Frame:
    """What dates are relative to: when the mail was sent and by whose clock and business hours."""

    sent_at: datetime
    calendar: Calendar

    @property
    def here(self) -> datetime:
        """When the mail was sent, on the sender's wall clock."""
        return self.sent_at.astimezone(ZoneInfo(self.calendar.zone))

    @property
    def day_first(self) -> bool:
        """Whether 03/04 means the third of April here; only North America north of Mexico writes the month first."""
        return not self.calendar.zone.startswith(("America/New", "America/Chi", "America/Den", "America/Los", "US/"))


@dataclass(frozen=True)
class _Piece:
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
class _Context:
    """A frame with the lexicon's tables at hand."""

    frame: Frame
    tables: dict[str, dict[str, Any]]

    @property
    def today(self) -> date:
        """The local day the mail was sent on."""
        return self.frame.here.date()


def deadlines(sentence: bytes, rules: list[Rule], lexicon: Lexicon, frame: Frame) -> list[Deadline]:
    """Every date of the folded sentence in order of place; `rules` are the date rules that matched the text at all.

    What cannot be (31 June, week 60) is left out.
    """
    context = _Context(frame, lexicon.tables)
    pieces = _pieces(sentence, rules, lexicon, context)
    days = [p for p in pieces if not p.clock]
    clocks = [p for p in pieces if p.clock]
    found = [_dated(day, clocks, context) for day in _merge_days(days)]
    taken = [d for d in found if d]
    for clock in clocks:
        if not any(_gap(clock, d) <= _NEAR for d in taken) and _bare_clock(clock, sentence, lexicon):
            taken += _today_at(clock, context)
    return sorted(taken, key=lambda d: (d.start, d.end))


def _pieces(sentence: bytes, rules: list[Rule], lexicon: Lexicon, context: _Context) -> list[_Piece]:
    found: list[_Piece] = []
    for rule in rules:
        if rule.unless is not None and rule.unless.search(sentence):
            continue
        for match in rule.pattern.finditer(sentence):
            if _is_past(sentence[: match.start()], lexicon):
                continue
            piece = _resolve(rule, match, context)
            if piece is not None:
                found.append(_exclusive(piece, sentence, lexicon, context))
    return found


def _resolve(rule: Rule, match: Any, context: _Context) -> _Piece | None:
    groups = {name: text for name, (_, text) in rule.groups(match).items()}
    try:
        return _KINDS[rule.part](groups, match.span(), context)
    except (ValueError, OverflowError, KeyError):
        return None


def _clock(g: dict[str, str], span: tuple[int, int], context: _Context) -> _Piece | None:
    zone = context.tables.get("zones", {}).get(g.get("zone", ""), "")
    if "word" in g:
        return _Piece(*span, clock=str(context.tables["clock"][g["word"]]))
    if "bare" in g:
        return _Piece(*span, clock=f"{_bare_hour(g['bare'], context):02}:00", weight=1)
    hour, minute, half = int(g["h"]), int(g.get("m") or 0), g.get("ap", "").replace(".", "")
    if half.startswith(("pm", "de la tarde", "da tarde", "nachm")) and hour < _MONTHS:
        hour += 12
    if half == "am" and hour == _MONTHS:
        hour = 0
    return _Piece(*span, clock=f"{hour:02}:{minute:02}", zone=zone, weight=1)


def _bare_hour(text: str, context: _Context) -> int:
    """`at ten`, `by 4`: an hour without am or pm lies in business hours."""
    hour = int(_number(text, context))
    return hour + _MONTHS if hour < context.frame.calendar.opens.hour and hour < _MONTHS - 4 else hour


def _day(g: dict[str, str], span: tuple[int, int], context: _Context) -> _Piece | None:
    return _Piece(*span, day=context.today + timedelta(days=context.tables["days"][g["day"]]))


def _weekday(g: dict[str, str], span: tuple[int, int], context: _Context) -> _Piece | None:
    today, wanted = context.today, context.tables["weekdays"][g["wd"]]
    ahead = (wanted - today.weekday()) % 7 or 7
    same_week = today.weekday() + ahead < 7  # noqa: PLR2004
    if "later" in g or (g.get("which", "") in context.tables.get("nexts", {"next": 1}) and same_week):
        ahead += 7 if same_week or g.get("later", "").strip() == "week" else 0
    return _Piece(*span, day=today + timedelta(days=ahead))


def _written(g: dict[str, str], span: tuple[int, int], context: _Context) -> _Piece | None:
    month = int(g["mo"]) if "mo" in g else context.tables["months"][g["mon"]]
    return _Piece(*span, day=_of_year(g.get("y"), month, int(g["d"]), context), weight=2)


def _numeric(g: dict[str, str], span: tuple[int, int], context: _Context) -> _Piece | None:
    first, second = int(g["a"]), int(g["b"])
    day_first = first > _MONTHS or (context.frame.day_first and second <= _MONTHS)
    day, month = (first, second) if day_first else (second, first)
    ambiguous = first <= _MONTHS and second <= _MONTHS and first != second
    return _Piece(*span, day=_of_year(g.get("y"), month, day, context), weight=2, ambiguous=ambiguous)


def _of_year(year: str | None, month: int, day: int, context: _Context) -> date:
    """The day in the given year, else the next time it comes round; half a year back is the past, not next year."""
    if year:
        return date(int(year) % 100 + 2000, month, day)
    this = date(context.today.year, month, day)
    return this if this >= context.today - timedelta(days=183) else date(context.today.year + 1, month, day)


def _of_month(g: dict[str, str], span: tuple[int, int], context: _Context) -> _Piece | None:
    day, today = int(g["d"]), context.today
    month = today if day >= today.day else _last_of_month(today) + timedelta(days=1)
    return _Piece(*span, day=month.replace(day=day), weight=1)


def _next_working_day(_g: dict[str, str], span: tuple[int, int], context: _Context) -> _Piece | None:
    return _Piece(*span, day=_work_days_on(context, 1))


def _span(g: dict[str, str], span: tuple[int, int], context: _Context) -> _Piece | None:
    number = _number(g.get("n"), context)
    unit, sent = context.tables["units"][g["u"]], context.frame.sent_at
    if unit == "minute":
        return _Piece(*span, moment=sent + timedelta(minutes=number), weight=_COUNTED)
    if unit == "hour":
        return _Piece(*span, moment=sent + timedelta(hours=number), weight=_COUNTED)
    if unit == "business hour":
        return _Piece(*span, moment=business.add_business(context.frame.calendar, sent, number), weight=_COUNTED)
    if unit == "business day":
        return _Piece(*span, day=_work_days_on(context, int(number)), weight=_COUNTED)
    days = {"day": 1, "week": 7, "fortnight": 14, "month": 30}[unit] * number
    return _Piece(*span, day=_roll(context, context.today + timedelta(days=days)), weight=_COUNTED)


def _number(text: str | None, context: _Context) -> float:
    return float(text) if text and text.isdigit() else float(context.tables["numbers"].get(text or "", 1))


def _end(g: dict[str, str], span: tuple[int, int], context: _Context) -> _Piece | None:
    today = context.today
    if "mon" in g:
        first = _of_year(None, context.tables["months"][g["mon"]], 1, context)
        return _Piece(*span, day=_work_day_before(context, _last_of_month(first)), weight=2)
    shorts = {"eow": "week", "eom": "month", "eoq": "quarter", "eoy": "year"}
    period = shorts[g["short"]] if "short" in g else context.tables["periods"][g["p"]]
    if period == "day":
        return _Piece(*span, day=today, weight=1)
    end = _period_end(today, period)
    if "next" in g:
        end = _period_end(end + timedelta(days=3), period)
    return _Piece(*span, day=_work_day_before(context, end), weight=2)


def _period_end(day: date, period: str) -> date:
    if period == "week":
        friday = day + timedelta(days=4 - day.weekday())
        return friday if day.weekday() < _SATURDAY else friday + timedelta(days=7)
    if period == "month":
        return _last_of_month(day)
    if period == "quarter":
        return _last_of_month(date(day.year, 3 * ((day.month - 1) // 3) + 3, 1))
    return date(day.year, 12, 31)


def _week(g: dict[str, str], span: tuple[int, int], context: _Context) -> _Piece | None:
    """Early is Tuesday, the middle Wednesday, otherwise Friday: the latest day that still fits the words."""
    today, later = context.today, context.tables["laters"].get(g.get("which", ""), 0)
    if "number" in g:
        return _Piece(*span, day=_friday_of_week(int(g["number"]), today))
    if context.tables["units"].get(g.get("u", ""), "week") == "month":
        end = _last_of_month(today)
        return _Piece(*span, day=_work_day_before(context, _last_of_month(end + timedelta(days=1)) if later else end))
    parts = context.tables["parts"]
    day = today - timedelta(days=today.weekday()) + timedelta(days=7 * later + parts.get(g.get("part", "").strip(), 4))
    return _Piece(*span, day=_work_day_before(context, day))


def _friday_of_week(number: int, today: date) -> date:
    friday = date.fromisocalendar(today.year, number, 5)
    return friday if friday >= today else date.fromisocalendar(today.year + 1, number, 5)


_KINDS: dict[str, Callable[[dict[str, str], tuple[int, int], _Context], _Piece | None]] = {
    "clock": _clock,
    "day": _day,
    "weekday": _weekday,
    "date": _written,
    "numeric": _numeric,
    "dom": _of_month,
    "next_working_day": _next_working_day,
    "span": _span,
    "end": _end,
    "week": _week,
}


def _exclusive(piece: _Piece, sentence: bytes, lexicon: Lexicon, context: _Context) -> _Piece:
    """`before Friday` ends with the business day before; `before 10:00` and `before Friday noon` end when they say."""
    ahead = sentence[: piece.start] + sentence[piece.start : piece.end].rpartition(b" ")[0] + b" "
    if piece.day is None or not any(_before(lexicon, "before").search(a) for a in (sentence[: piece.start], ahead)):
        return piece
    if any(_is_near(piece, match) for match in _clock_rule(lexicon).finditer(sentence)):
        return piece
    day = _work_day_before(context, piece.day - timedelta(days=1))
    return _Piece(piece.start, piece.end, day if day >= context.today else piece.day, weight=piece.weight)


def _is_near(piece: _Piece, match: Any) -> bool:
    return bool(max(match.start() - piece.end, piece.start - match.end()) <= _NEAR)


def _merge_days(days: list[_Piece]) -> list[_Piece]:
    """Of pieces that overlap or stand side by side (`Tuesday 5 May`) the one that says most is kept, with the place of both."""
    merged: list[_Piece] = []
    for piece in sorted(days, key=lambda p: (p.start, -p.end)):
        last = merged[-1] if merged else None
        if last is None or piece.start - last.end > 6 or last.moment or piece.moment:  # noqa: PLR2004
            if last is None or piece.start >= last.end:
                merged.append(piece)
            elif piece.weight > last.weight:
                merged[-1] = piece
            continue
        best = max(last, piece, key=lambda p: (p.weight, p.end - p.start))
        merged[-1] = _Piece(
            last.start, max(last.end, piece.end), best.day, weight=best.weight, ambiguous=best.ambiguous
        )
    return merged


def _dated(piece: _Piece, clocks: list[_Piece], context: _Context) -> Deadline | None:
    if piece.moment is not None:
        return Deadline(piece.start, piece.end, piece.moment, clock=True, relative=True)
    assert piece.day is not None
    near = [c for c in clocks if _gap(c, piece) <= _NEAR]
    if not near:
        close = _close(context, piece.day)
        return Deadline(piece.start, piece.end, close, ambiguous=piece.ambiguous, relative=piece.weight == _COUNTED)
    clock = max(near, key=lambda c: (c.weight, -_gap(c, piece)))
    start, end = min(piece.start, clock.start), max(piece.end, clock.end)
    due, exact = _at(context, piece.day, clock)
    return Deadline(start, end, due, exact, piece.ambiguous)


def _at(context: _Context, day: date, clock: _Piece) -> tuple[datetime, bool]:
    """The clock time on that day. Words such as `evening` end with business, so they carry no clock time of their own."""
    if clock.clock in {"close", "end"}:
        return _close(context, day), False
    if clock.clock in {"evening", "night"}:
        close = _close(context, day)
        if clock.clock == "evening" and close > context.frame.sent_at:
            return close, False
        return _local(context, day, time(23, 59), ""), False
    return _local(context, day, time.fromisoformat(clock.clock), clock.zone), True


def _today_at(clock: _Piece, context: _Context) -> list[Deadline]:
    """A clock time alone is the next such time after the mail was sent."""
    for ahead in (0, 1):
        due, exact = _at(context, context.today + timedelta(days=ahead), clock)
        if due > context.frame.sent_at:
            return [Deadline(clock.start, clock.end, due, exact)]
    return []


def _bare_clock(clock: _Piece, sentence: bytes, lexicon: Lexicon) -> bool:
    """Words such as `morning` date a promise alone only behind `this` or `by`; written times and `end of day` always do."""
    return clock.weight > 0 or clock.clock == "end" or bool(_before(lexicon, "by").search(sentence[: clock.start]))


def _local(context: _Context, day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone or context.frame.calendar.zone)).astimezone(UTC)


def _close(context: _Context, day: date) -> datetime:
    return business.close_of(context.frame.calendar, day)


def _roll(context: _Context, day: date) -> date:
    for _ in range(_MONTHS):
        if business.is_workday(context.frame.calendar, day):
            return day
        day += timedelta(days=1)
    return day


def _work_day_before(context: _Context, day: date) -> date:
    for back in range(_MONTHS):
        if business.is_workday(context.frame.calendar, day - timedelta(days=back)):
            return day - timedelta(days=back)
    return day


def _work_days_on(context: _Context, days: int) -> date:
    end = business.add_business_days(context.frame.calendar, context.frame.sent_at, days)
    return end.astimezone(ZoneInfo(context.frame.calendar.zone)).date()


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _gap(one: _Piece, other: "_Piece | Deadline") -> int:
    return max(one.start - other.end, other.start - one.end)


def _is_past(before: bytes, lexicon: Lexicon) -> bool:
    return bool(_before(lexicon, "since").search(before[-24:]))


def _clock_rule(lexicon: Lexicon) -> Any:
    return next(rule.pattern for rule in lexicon.rules if rule.group == "date" and rule.part == "clock")


def _before(lexicon: Lexicon, word: str) -> Any:
    """Matches text that ends in `before`, `since` or `by`, so that a date would follow."""
    return _ending(lexicon.words[word], lexicon.words["article"])


@cache
def _ending(word: str, article: str) -> Any:
    return re2.compile(f"\\b(?:{word}) +(?:(?:{article}) +)?$".encode())
