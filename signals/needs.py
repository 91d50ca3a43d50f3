"""Finds the times a customer says they need something by, in the sentences that a phrase of need marks."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import islice

from config.pattern import Pattern
from signals import business
from signals.dates import Context, work_day_before
from signals.deadline import Deadline, deadlines
from signals.marks import Hit, Need, Span
from signals.phrases import find, passes
from signals.pledges import Page

_MOST = 4
"""Needs of one message that are kept; the rest of a longer list says nothing new."""

_LOG = Pattern(rb"^\W*(?:>|\[?(?:20\d\d[-/]\d\d[-/]\d\d|\d\d[./]\d\d[./]20\d\d)[ t]+\d\d:\d\d|\[?\d\d:\d\d:\d\d)")
"""Beginning of a line of a log or of a quotation: its dates are nobody's wish."""

_STRONG, _LOOSE, _EVENT, _BACK, _ELSE = "want", "ask", "event", "then", "if"
"""Parts of a need's phrase. A `want` binds any date of its sentence; an `ask` only one behind `by` or the like; an
`event` (an audit) has the date itself; `then` (`before that`) points at the date of the sentence before; an `if` (`if
we have no answer by Friday, we will ...`) is an `ask` that what the writer will do does not void."""

_FAR = 1 << 60
"""An end no sentence has, to find the one that a place lies in."""

_LONGEST = 350
"""Characters of a sentence that can state a need; longer ones are articles, terms and tables."""


@dataclass(frozen=True)
class _Line:
    """A sentence with the parts of need found in it."""

    index: int
    span: Span
    parts: frozenset[str]


def needs(page: Page, asking: bool) -> tuple[Need, ...]:
    """The needs of the customer's message, at most one a sentence; `asking` says that the message wants something."""
    if not page.lexicon.candidates(page.folded, "date"):
        return ()
    marked = find(page.folded, page.rules.get("need", []), page.sentences)
    lines = _lines(page, marked)
    prose = (line for line in lines if _is_prose(page.folded[slice(*line.span)]))
    found = (need for line in prose if (need := _need(page, line, lines, asking)) and not _voided(page, line))
    return tuple(islice(found, _MOST))


def _lines(page: Page, marked: tuple[Hit, ...]) -> list[_Line]:
    parts: dict[int, set[str]] = {}
    for hit in marked:
        parts.setdefault(bisect_right(page.sentences, (hit.start, _FAR)) - 1, set()).add(hit.part)
    return [_Line(index, page.sentences[index], frozenset(kinds)) for index, kinds in sorted(parts.items())]


def _is_prose(sentence: bytes) -> bool:
    return len(sentence) <= _LONGEST and not _LOG.search(sentence)


def _voided(page: Page, line: _Line) -> bool:
    sentence = page.folded[slice(*line.span)]
    voiding = [] if _ELSE in line.parts else page.rules.get("not_need", [])
    return any(r.pattern.search(sentence) and passes(r, sentence) for r in voiding)


def _need(page: Page, line: _Line, lines: list[_Line], asking: bool) -> Need | None:
    wanting = bool(line.parts & {_STRONG, _LOOSE, _ELSE})
    dates = _dates(page, line.span) if wanting or _EVENT in line.parts else []
    if not dates and wanting and _BACK in line.parts:
        return _pointed(page, line)
    near = any(abs(other.index - line.index) <= 1 and other.parts & {_STRONG, _LOOSE} for other in lines)
    if _EVENT in line.parts and (asking or near) and dates:
        return _made(page, line.span, _first_behind(page, line.span, dates), _BACK in line.parts)
    if _STRONG in line.parts and dates:
        return _made(page, line.span, _first_behind(page, line.span, dates), _BACK in line.parts)
    behind = [d for d in dates if _is_limit(page, line.span, d)]
    return _made(page, line.span, behind[0], exclusive=False) if wanting and behind else None


def _pointed(page: Page, line: _Line) -> Need | None:
    """`We need it before that`: the date stands in the sentence before."""
    if line.index == 0:
        return None
    before = page.sentences[line.index - 1]
    if not _is_prose(page.folded[slice(*before)]) or _voided(page, _Line(line.index - 1, before, frozenset())):
        return None
    dates = _dates(page, before)
    if not dates:
        return None
    need = _made(page, before, dates[0], exclusive=True)
    return Need(before[0], line.span[1], need.due, need.clock, need.ambiguous)


def _dates(page: Page, span: Span) -> list[Deadline]:
    sentence = page.folded[slice(*span)]
    rules = page.lexicon.candidates(sentence, "date")
    found = deadlines(sentence, rules, page.lexicon, page.frame) if rules else []
    return [d for d in found if d.due > page.frame.sent_at and sentence[d.end : d.end + 2] != b"'s"]


def _first_behind(page: Page, span: Span, dates: list[Deadline]) -> Deadline:
    """A date behind `by` says most, otherwise the first one does."""
    return next((d for d in dates if _is_limit(page, span, d)), dates[0])


def _is_limit(page: Page, span: Span, date: Deadline) -> bool:
    sentence, limits = page.folded[slice(*span)], _limits(page.lexicon.words["due"], page.lexicon.words["latest"])
    ahead, inside, behind = limits
    begins = sentence[: date.start], sentence[date.start : date.end], sentence[date.end :]
    return any(rule.search(text) for rule, text in zip((ahead, inside, behind), begins, strict=True))


@cache
def _limits(due: str, latest: str) -> tuple[Pattern, Pattern, Pattern]:
    ahead = Pattern(f"\\b(?:{due})(?: \\S+){{0,3}} ?$".encode())
    inside = Pattern(f"^(?:{due}|{latest})\\b".encode())
    return ahead, inside, Pattern(f"^,? ?(?:{latest})\\b".encode())


def _made(page: Page, span: Span, date: Deadline, exclusive: bool) -> Need:
    due = date.due if date.clock or not exclusive else _day_before(page, date.due)
    return Need(*span, due, date.clock, date.ambiguous)


def _day_before(page: Page, due: datetime) -> datetime:
    """The close of the business day before that of `due`, unless that is over by then."""
    context = Context(page.frame, page.lexicon.tables)
    calendar = page.frame.calendar
    day = work_day_before(context, due.astimezone(calendar.clock).date() - timedelta(days=1))
    close = business.close_of(calendar, day)
    return close if close > page.frame.sent_at else due
