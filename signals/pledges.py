"""Finds our promises in the sentences of a message of ours, and when each is due."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from config.lexicon import Lexicon, Rule
from config.pattern import Found
from config.words import PromiseKind
from signals import business
from signals.deadline import Deadline, Frame, deadlines
from signals.marks import Pledge, Span
from signals.phrases import passes

_DEFAULT_DAYS = {"reply": 1, "call": 1, "send": 1, "fix": 5, "visit": 5}
"""Business days allowed for a promise without a date, by the kind of work; a soft one gets twice as many."""

_NEXT_SENTENCE = 90
"""Longest sentence after an undated promise that can be its date (`That will be Friday.`), in characters."""

_MOST = 12
"""Promises of one message that are kept; nobody makes more."""

_SHORTEST = 10
"""Characters below which a line promises nothing; most such lines are names."""

_DATED = frozenset({"dated", "present"})
"""Parts that promise only with a date; `present` does so with a condition too (`Once it is here, we ship`)."""

_CONDITIONED = frozenset({"present", "offer"})
"""Parts that promise with a condition; an `offer` with nothing else (`I could test it if you send the file`)."""

_KIND = {"soft": PromiseKind.SOFT, "attendance": PromiseKind.ATTENDANCE}


@dataclass(frozen=True)
class Page:
    """A message of ours as the promise grammar needs it: the rules that may match it, and whose clock counts."""

    folded: bytes
    sentences: Sequence[Span]
    lexicon: Lexicon
    rules: dict[str, list[Rule]]
    frame: Frame


def pledges(page: Page) -> tuple[Pledge, ...]:
    """The promises of the message, at most one a sentence; an undated one beside a dated one says nothing more."""
    if not page.rules.get("promise"):
        return ()
    every = (p for index in range(len(page.sentences)) if (p := _pledge(page, index)))
    found = list(islice(every, _MOST))
    dated = any(not p.assumed and p.due for p in found)
    return tuple(p for p in found if not (dated and p.assumed and p.verb == "reply"))


def _pledge(page: Page, index: int) -> Pledge | None:
    found = _found(page, index)
    return _made(page, index, found) if found else None


def _found(page: Page, index: int) -> "_Found | None":
    """What promises in a sentence; the date that the next sentence may add is not looked for."""
    start, end = page.sentences[index]
    sentence = page.folded[start:end]
    if end - start < _SHORTEST or sentence.endswith(b"?"):
        return None
    dates: list[Deadline] | None = None
    for rule in page.lexicon.candidates(sentence, "promise"):
        match = _match(rule, sentence, page)
        if match is None:
            continue
        dates = _future(page, sentence) if dates is None else dates
        if _binds(rule.part, bool(dates)) or (rule.part in _CONDITIONED and _conditional(page, sentence)):
            verb = rule.groups(match, sentence)["v"][0]
            return _Found(rule, verb, _choose(dates, verb))
    return None


def _binds(part: str, dated: bool) -> bool:
    """Whether words of this part promise without a condition."""
    return part != "offer" and (dated or part not in _DATED)


@dataclass(frozen=True)
class _Found:
    """A promise's rule, where its verb begins, and the date that belongs to it."""

    rule: Rule
    verb: int
    date: Deadline | None


def _match(rule: Rule, sentence: bytes, page: Page) -> Found | None:
    for number, match in enumerate(rule.pattern.finditer(sentence)):
        if number == 0 and not passes(rule, sentence):
            return None
        groups = rule.groups(match, sentence)
        verb = sentence[groups["v"][0] :]
        if rule.verb_not is not None and rule.verb_not.match(verb) and not _excepted(rule, verb):
            continue
        if "who" in groups and groups["who"][1] in page.lexicon.words["nobody"].split("|"):
            continue
        if any(other.pattern.search(sentence) and _overlaps(other, sentence, match[0]) for other in _vetoes(page)):
            continue
        return match
    return None


def _vetoes(page: Page) -> list[Rule]:
    return page.rules.get("no_promise", [])


def _overlaps(rule: Rule, sentence: bytes, place: Span) -> bool:
    return any(start < place[1] and place[0] < end for (start, end), *_ in rule.pattern.finditer(sentence))


def _excepted(rule: Rule, verb: bytes) -> bool:
    return rule.verb_but is not None and rule.verb_but.match(verb) is not None


def _future(page: Page, sentence: bytes) -> list[Deadline]:
    rules = page.rules.get("date", [])
    if not rules:
        return []
    found = deadlines(sentence, rules, page.lexicon, page.frame)
    return [d for d in found if d.due > page.frame.sent_at]


def _choose(dates: list[Deadline], verb: int) -> Deadline | None:
    """The first date behind the promise's verb, else the nearest one before it (`Bis Freitag schicke ich ...`)."""
    behind = [d for d in dates if d.end > verb]
    return behind[0] if behind else (dates[-1] if dates else None)


def _made(page: Page, index: int, found: _Found) -> Pledge:
    start, end = page.sentences[index]
    sentence = page.folded[start:end]
    date = found.date or _date_of_next(page, index)
    verb = _verb(page, sentence, found.verb)
    kind = _KIND.get(found.rule.part, PromiseKind.FIRM)
    if kind is not PromiseKind.ATTENDANCE and _conditional(page, sentence):
        kind = PromiseKind.CONDITIONAL
    allowance = _DEFAULT_DAYS[verb] * (2 if kind is PromiseKind.SOFT else 1) * business.day_hours(page.frame.calendar)
    pledge = Pledge(start, end, kind, verb, None, allowance=allowance)
    if date is not None:
        return _with_date(pledge, date, page.frame)
    if kind is PromiseKind.CONDITIONAL:
        return replace(pledge, assumed=True)
    due = business.add_business(page.frame.calendar, page.frame.sent_at, allowance)
    return replace(pledge, due=due, assumed=True)


def _conditional(page: Page, sentence: bytes) -> bool:
    return any(rule.pattern.search(sentence) for rule in page.rules.get("condition", []))


def _with_date(pledge: Pledge, date: Deadline, frame: Frame) -> Pledge:
    if pledge.kind is PromiseKind.CONDITIONAL and date.relative:
        same_day = date.due.astimezone(frame.clock).date() == frame.here.date() and not date.clock
        hours = 0.0 if same_day else business.business_hours_between(frame.calendar, frame.sent_at, date.due)
        return replace(pledge, allowance=hours)
    return replace(pledge, due=date.due, clock=date.clock, ambiguous=date.ambiguous)


def _date_of_next(page: Page, index: int) -> Deadline | None:
    if index + 1 >= len(page.sentences):
        return None
    start, end = page.sentences[index + 1]
    sentence = page.folded[start:end]
    if end - start > _NEXT_SENTENCE or sentence.endswith(b"?") or _found(page, index + 1):
        return None
    asking = page.rules.get("back_question", [])
    dates = [] if any(r.pattern.search(sentence) for r in asking) else _future(page, sentence)
    return dates[0] if dates else None


def _verb(page: Page, sentence: bytes, begin: int) -> str:
    """The kind of work, by the words from the verb on, else anywhere in it; unknown work is a repair."""
    for text in (sentence[begin:], sentence):
        for rule in page.rules.get("verb", []):
            if rule.pattern.search(text) and passes(rule, text):
                return rule.part
    return "fix"
