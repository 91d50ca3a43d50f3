"""Reads from an automatic reply until when its writer is away, with the sentence that says so; pure."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files

from config.fold import fold
from config.lexicon import lexicon
from config.pattern import Pattern
from signals.business import is_workday
from signals.calendar import Calendar
from signals.deadline import Deadline, Frame, deadlines
from signals.language import identify
from signals.sentences import split

_LONGEST = 3_000
"""Characters that are read: absence notes say it in their first lines."""


@dataclass(frozen=True)
class Stated:
    """Until when somebody is away, in UTC, and the sentence that says so, to the letter."""

    until: datetime
    quote: str


def stated_absence(text: str, sent_at: datetime, calendar: Calendar, language: str | None = None) -> Stated | None:
    """The absence that a text sent at `sent_at` states; None when it names no day of return, or one that has passed.

    "Until Friday" ends when Friday's business does, "back on Monday" when Monday's begins. Of several sentences the one
    that names the return counts before one that names the last day away.
    """
    text = text[:_LONGEST]
    folded = fold(text)
    words = _words(identify(folded, language))
    found: list[tuple[bool, Stated]] = []
    frame = Frame(sent_at, calendar)
    for start, end in split(folded, text):
        sentence = folded[start:end].replace(b"\n", b" ")
        rules = words.dates.candidates(sentence, "date")
        for date in deadlines(sentence, rules, words.dates, frame) if rules else ():
            ahead = _ahead(sentence, date)
            returns = bool(words.back.search(ahead) or words.behind.match(sentence[date.end :]))
            if (returns or words.until.search(ahead)) and _is_later(date, sent_at, calendar):
                until = _opening(date, calendar) if returns else date.due
                found.append((returns, Stated(until, " ".join(text[start:end].split()))))
    return max(found, key=lambda each: (each[0], each[1].until), default=(False, None))[1]


def _ahead(sentence: bytes, date: Deadline) -> bytes:
    """What stands before a date, and the words of the grammar that it took for its own (`until Friday`)."""
    taken = sentence[date.start : date.end]
    head = taken.split(b" ", 1)[0] if not taken[:1].isdigit() else b""
    return sentence[: date.start] + (head + b" " if head.isalpha() else b"")


def _is_later(date: Deadline, sent_at: datetime, calendar: Calendar) -> bool:
    """Whether a date lies on a day after: `from 9:00 to 17:00` tells of hours, not of an absence."""
    return date.due.astimezone(calendar.clock).date() > sent_at.astimezone(calendar.clock).date()


def _opening(date: Deadline, calendar: Calendar) -> datetime:
    """When the day of a return begins; a clock time that was named is believed, a day off is not a return yet."""
    if date.clock:
        return date.due
    day = date.due.astimezone(calendar.clock).date()
    while not is_workday(calendar, day):
        day += timedelta(days=1)
    return datetime.combine(day, calendar.opens, tzinfo=calendar.clock).astimezone(UTC)


class _Words:
    """The words of one language before a day."""

    def __init__(self, language: str) -> None:
        table = tomllib.loads(files("config").joinpath("absences.toml").read_text(encoding="utf-8"))[language]
        self.dates = lexicon(language)
        article = f"(?:(?:{self.dates.words['article']}) +)?"
        weekday = r"(?:\S+,? +)?"
        self.until = Pattern(f"(?:^|[\\s(])(?:{'|'.join(table['until'])}) *{article}{weekday}$".encode())
        self.behind = Pattern(f"(?:[ ,]+\\S+){{0,3}}[ ,]+(?:{'|'.join(table['behind'])})\\b".encode())
        self.back = Pattern(f"\\b(?:{'|'.join(table['back'])})\\b(?:[ ,]+\\S+){{0,5}} *$".encode())


@cache
def _words(language: str) -> _Words:
    return _Words(language)
