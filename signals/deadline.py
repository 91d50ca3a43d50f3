"""Finds the dates in a folded sentence, and for each the latest moment that still keeps it, in business terms."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from config.lexicon import Lexicon, Rule
from config.pattern import Found, Pattern
from config.zones import zone_named
from signals import business
from signals.dates import COUNTED, KINDS, Context, Frame, Piece, work_day_before
from signals.marks import Span

__all__ = ["Deadline", "Frame", "deadlines"]

_NEAR = 18
"""Characters between a day and a clock time that still belong together, as in `on Friday, in any case by 17:00`."""


_JUST_WAS = timedelta(hours=2)
"""How long ago a clock time without a day is what happened (`replaced at 16:50`, written at 16:55), not tomorrow."""


@dataclass(frozen=True)
class Deadline:
    """A date in a text, with its place.

    `clock` says that a time of day was given, `ambiguous` that 03/04 could be either day, `relative` that it counts
    from some moment on (`within two days`).
    """

    start: int
    end: int
    due: datetime
    clock: bool = False
    ambiguous: bool = False
    relative: bool = False


def deadlines(sentence: bytes, rules: list[Rule], lexicon: Lexicon, frame: Frame) -> list[Deadline]:
    """Every date of the folded sentence in order of place; `rules` are the date rules that matched the text at all.

    What cannot be (31 June, week 60) is left out.
    """
    context = Context(frame, lexicon.tables)
    pieces = _pieces(sentence, rules, lexicon, context)
    days = [p for p in pieces if not p.clock]
    clocks = [p for p in pieces if p.clock]
    days = _merge_days(days)
    if len(days) == 1 and len(written := [c for c in clocks if c.weight]) == 1 and not days[0].moment:
        clocks = [replace(c, start=days[0].end, end=days[0].end) if c is written[0] else c for c in clocks]
    found = [_dated(day, clocks, context) for day in days]
    taken = [d for d in found if d]
    for clock in clocks:
        if not any(_gap(clock, d) <= _NEAR for d in taken) and _bare_clock(clock, sentence, lexicon):
            taken += _today_at(clock, context)
    return sorted(taken, key=lambda d: (d.start, d.end))


def _pieces(sentence: bytes, rules: list[Rule], lexicon: Lexicon, context: Context) -> list[Piece]:
    found: list[Piece] = []
    for rule in rules:
        if rule.unless is not None and rule.unless.search(sentence):
            continue
        for match in rule.pattern.finditer(sentence):
            before = sentence[: match[0][0]]
            if _is_past(before, lexicon) or (rule.part == "numeric" and _is_label(before, lexicon)):
                continue
            piece = _resolve(rule, match, sentence, context)
            if piece is not None:
                found.append(_exclusive(_zoned(piece, sentence), sentence, lexicon, context))
    return found


def _resolve(rule: Rule, match: Found, sentence: bytes, context: Context) -> Piece | None:
    groups = {name: text for name, (_, text) in rule.groups(match, sentence).items()}
    try:
        return KINDS[rule.part](groups, match[0], context)
    except (ValueError, OverflowError, KeyError):
        return None


def _zoned(piece: Piece, sentence: bytes) -> Piece:
    """A clock time is told in the zone named behind it."""
    zone = zone_named(sentence[piece.end :]) if piece.clock and not piece.zone else ""
    return replace(piece, zone=zone) if zone else piece


def _exclusive(piece: Piece, sentence: bytes, lexicon: Lexicon, context: Context) -> Piece:
    """`before Friday` ends with the business day before; `before 10:00` and `before Friday noon` end when they say."""
    ahead = sentence[: piece.start] + sentence[piece.start : piece.end].rpartition(b" ")[0] + b" "
    if piece.day is None or not any(_before(lexicon, "before").search(a) for a in (sentence[: piece.start], ahead)):
        return piece
    if any(_is_near(piece, place) for place, *_ in _clock_rule(lexicon).finditer(sentence)):
        return piece
    day = work_day_before(context, piece.day - timedelta(days=1))
    return Piece(piece.start, piece.end, day if day >= context.today else piece.day, weight=piece.weight)


def _is_near(piece: Piece, place: Span) -> bool:
    return max(place[0] - piece.end, piece.start - place[1]) <= _NEAR


def _merge_days(days: list[Piece]) -> list[Piece]:
    """Of pieces that overlap or adjoin (`Tuesday 5 May`) the one that says most is kept, with the place of both."""
    merged: list[Piece] = []
    for piece in sorted(days, key=lambda p: (p.start, -p.end)):
        last = merged[-1] if merged else None
        if last is None or piece.start - last.end > 6 or last.moment or piece.moment:  # noqa: PLR2004
            if last is None or piece.start >= last.end:
                merged.append(piece)
            elif piece.weight > last.weight:
                merged[-1] = piece
            continue
        best = max(last, piece, key=lambda p: (p.weight, p.end - p.start))
        merged[-1] = Piece(last.start, max(last.end, piece.end), best.day, weight=best.weight, ambiguous=best.ambiguous)
    return merged


def _dated(piece: Piece, clocks: list[Piece], context: Context) -> Deadline | None:
    if piece.moment is not None:
        return Deadline(piece.start, piece.end, piece.moment, clock=True, relative=True)
    assert piece.day is not None
    near = [c for c in clocks if _gap(c, piece) <= _NEAR]
    if not near:
        close = _close(context, piece.day)
        return Deadline(piece.start, piece.end, close, ambiguous=piece.ambiguous, relative=piece.weight == COUNTED)
    clock = max(near, key=lambda c: (c.weight, -_gap(c, piece)))
    start, end = min(piece.start, clock.start), max(piece.end, clock.end)
    due, exact = _at(context, piece.day, clock)
    return Deadline(start, end, due, exact, piece.ambiguous)


def _at(context: Context, day: date, clock: Piece) -> tuple[datetime, bool]:
    """The clock time on that day; `evening` and the like end with business and carry no clock time of their own."""
    if clock.clock in {"close", "end"}:
        return _close(context, day), False
    if clock.clock in {"evening", "night"}:
        close = _close(context, day)
        if clock.clock == "evening" and close > context.frame.sent_at:
            return close, False
        return _local(context, day, time(23, 59), ""), False
    return _local(context, day, time.fromisoformat(clock.clock), clock.zone), True


def _today_at(clock: Piece, context: Context) -> list[Deadline]:
    """A clock time alone is the next such time after the mail was sent, unless it just was: then that is told."""
    for ahead in (0, 1):
        due, exact = _at(context, context.today + timedelta(days=ahead), clock)
        if timedelta(0) <= context.frame.sent_at - due <= _JUST_WAS:
            return []
        if due > context.frame.sent_at:
            return [Deadline(clock.start, clock.end, due, exact)]
    return []


def _bare_clock(clock: Piece, sentence: bytes, lexicon: Lexicon) -> bool:
    """`morning` dates a promise alone only behind `this` or `by`; written times and `end of day` always do."""
    return clock.weight > 0 or clock.clock == "end" or bool(_before(lexicon, "by").search(sentence[: clock.start]))


def _local(context: Context, day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone) if zone else context.frame.clock).astimezone(UTC)


def _close(context: Context, day: date) -> datetime:
    """When the day ends: with business or, for `today` written after that, at midnight."""
    close = business.close_of(context.frame.calendar, day)
    return close if close > context.frame.sent_at or day != context.today else _local(context, day, time(23, 59), "")


def _gap(one: Piece, other: "Piece | Deadline") -> int:
    return max(one.start - other.end, other.start - one.end)


def _is_past(before: bytes, lexicon: Lexicon) -> bool:
    """`of 7 May` tells of what was; `antes de 7 de maio` ends in the same word and does not."""
    near = before[-24:]
    return bool(_before(lexicon, "since").search(near)) and not _before(lexicon, "before").search(near)


def _is_label(before: bytes, lexicon: Lexicon) -> bool:
    """`page 3/4` and `version 4.12.` number a thing rather than a day."""
    return bool(_before(lexicon, "label").search(before[-24:]))


def _clock_rule(lexicon: Lexicon) -> Pattern:
    return next(rule.pattern for rule in lexicon.rules if rule.group == "date" and rule.part == "clock")


def _before(lexicon: Lexicon, word: str) -> Pattern:
    """Matches text that ends in `before`, `since` or `by`, so that a date would follow."""
    return _ending(lexicon.words[word], lexicon.words["article"])


@cache
def _ending(word: str, article: str) -> Pattern:
    return Pattern(f"\\b(?:{word}) +(?:(?:{article}) +)?$".encode())
