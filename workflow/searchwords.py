"""Reads what somebody searches for: words, "exact phrases", -what must not be there, and filters like state:open."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from config.textwords import words
from config.words import Priority, Signal, State
from workflow.dates import When
from workflow.errors import Refused

KINDS = ("mail", "comment", "closeout", "file")
LONGEST = 500
"""Characters of a search; a longer one is a text that was pasted by mistake."""
MOST_TERMS = 20

_PIECE = re.compile(r'(?P<minus>-)?(?:(?P<key>[A-Za-z_]{2,20}):(?!//))?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]*))')
_QUOTES = str.maketrans("“”„«»", '"""""')
_AGO = re.compile(r"(\d{1,4})d", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d\d)", re.ASCII)


@dataclass(frozen=True)
class Term:
    """What must be there: one word, or several in this order. `shown` is it as written, `words` folded.

    Any of `alternatives` may stand in its place.
    """

    shown: str
    words: tuple[str, ...]
    exact: bool = False
    alternatives: tuple[str, ...] = ()

    @property
    def is_phrase(self) -> bool:
        """Whether its words must stand in this order, as written; else other forms of the word are found too."""
        return self.exact or len(self.words) > 1


@dataclass(frozen=True)
class Asked:
    """A search as read. Filters of one name are alternatives, those of different names must all hold."""

    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None

    def values(self, name: str) -> tuple[str, ...]:
        """What a filter was given; empty when it was not used."""
        return self.filters.get(name, ())


def read_search(text: str, when: When) -> Asked:
    """Read a search. A day begins in the zone of `when`.

    Raises:
        Refused: nothing to search for, an unknown filter, or a value that it does not take; what it takes is named.

    """
    text = text.translate(_QUOTES).strip()
    if len(text) > LONGEST:
        raise Refused(f"A search may have {LONGEST} characters; this one has {len(text)}. Give the words that matter.")
    terms: list[Term] = []
    without: list[Term] = []
    filters: dict[str, tuple[str, ...]] = {}
    for match in _PIECE.finditer(text):
        value = match["bare"] if match["quoted"] is None else match["quoted"]
        if match["key"] is not None:
            name, read = _filter(match[0], match["key"].lower(), value.strip(), minus=bool(match["minus"]))
            filters[name] = (*filters.get(name, ()), read)
        elif found := tuple(words(value)):
            (without if match["minus"] else terms).append(Term(value, found, match["quoted"] is not None))
    if len(terms) + len(without) > MOST_TERMS:
        raise Refused(f"A search may have {MOST_TERMS} words; give those that matter, or put a sentence in quotes.")
    if not terms and not filters:
        raise Refused('Say what to search for: words, "an exact phrase", or a filter such as account:norvik.')
    return _with_days(Asked(tuple(terms), tuple(without), filters), when)


def _filter(piece: str, name: str, value: str, *, minus: bool) -> tuple[str, str]:
    read = _FILTERS.get(name)
    if read is None:
        known = ", ".join(f"{each}:" for each in _FILTERS)
        raise Refused(f'There is no filter `{name}:`. There are {known}. To find the text itself, quote it: "{piece}".')
    if minus:
        raise Refused(f"`{piece}` cannot be turned round; a minus stands before words, as in `-invoice`.")
    if not value:
        raise Refused(f"Something is missing behind `{name}:`. It takes {_TAKES[name]}.")
    found = read(value)
    if found is None:
        raise Refused(f"`{piece}` is not understood. `{name}:` takes {_TAKES[name]}.")
    return name, found


def _one_of(choices: tuple[str, ...]) -> Callable[[str], str | None]:
    def read(value: str) -> str | None:
        plain = value.lower().replace("-", "_").replace(" ", "_")
        return plain if plain in choices else None

    return read


def _day_text(value: str) -> str | None:
    plain = value.lower()
    if plain.startswith(("0", "9999")) and not _AGO.fullmatch(plain):
        # The clocks of other zones have no such day.
        return None
    try:
        if _AGO.fullmatch(plain) or plain in ("today", "yesterday"):
            return plain
        if month := _MONTH.fullmatch(plain):
            return date(int(month[1]), int(month[2]), 1).isoformat()
        return date.fromisoformat(plain).isoformat()
    except ValueError:
        return None


def _with_days(asked: Asked, when: When) -> Asked:
    after, before = ([_day(text, when) for text in asked.values(name)] for name in ("after", "before"))
    return Asked(
        asked.terms,
        asked.without,
        {name: values for name, values in asked.filters.items() if name not in ("after", "before")},
        max(after, default=None),
        min(before, default=None),
    )


def _day(text: str, when: When) -> datetime:
    """The moment the day begins in the person's own zone."""
    today = when.now.astimezone(when.tz).date()
    if ago := _AGO.fullmatch(text):
        day = today - timedelta(days=int(ago[1]))
    else:
        named = {"today": today, "yesterday": today - timedelta(days=1)}
        day = named.get(text) or date.fromisoformat(text)
    return datetime.combine(day, time(0), when.tz).astimezone(UTC)


def _text(value: str) -> str | None:
    return value if words(value) else None


def _sev(value: str) -> str | None:
    plain = value.lower().removeprefix("sev").strip(" -")
    return plain if plain in ("1", "2") else None


_STATES, _SIGNALS, _PRIORITIES = tuple(map(str, State)), tuple(map(str, Signal)), tuple(map(str, Priority))
_A_DAY = "a day such as 2026-05-01, a month such as 2026-05, today, yesterday, or 30d for thirty days ago"
_FILTERS: dict[str, Callable[[str], str | None]] = {
    "account": _text,
    "state": _one_of(_STATES),
    "signal": _one_of(_SIGNALS),
    "before": _day_text,
    "after": _day_text,
    "owner": _text,
    "priority": _one_of(_PRIORITIES),
    "sev": _sev,
    "kind": _one_of(KINDS),
    "from": _text,
}
_TAKES = {
    "account": "a customer's name or a part of it, in quotes where it has blanks",
    "state": ", ".join(_STATES),
    "signal": ", ".join(_SIGNALS),
    "before": _A_DAY,
    "after": _A_DAY,
    "owner": "@name, me or nobody",
    "priority": ", ".join(_PRIORITIES),
    "sev": "1 or 2",
    "kind": ", ".join(KINDS),
    "from": "a name or a mail address, or a part of one",
}
