"""S10: a trouble that was solved not long ago is back at an account that cannot take much more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from config.codes import codes_of, is_plain
from config.fold import fold
from config.lexicon import lexicon
from config.words import Level, Signal
from signals import business
from signals.evidence import Cited, cite_best
from signals.facts import Msg, PastEscalation
from signals.levels import STRENGTHS
from signals.view import Raised, Verdict, View

CLEARS = "it is solved for good and the account has had some quiet weeks"
_THIRD = 3
_STEM = 5
"""Letters by which two forms of a word are taken for one: `stalls` and `stalled`, `Drift` and `Driften`."""

_SHORT = 3

_ENOUGH = 2
"""Telling words that two mails must share when the customer says that it is back."""

_TELLING, _MOST_OF, _TOLD = 3, 0.75, 1500
"""An old subject of so many telling words, of which this share stands in the first so many characters of a mail."""


@dataclass(frozen=True)
class _Return:
    """A message that brings back what earlier escalations were about."""

    msg: Msg
    cited: Cited
    before: tuple[PastEscalation, ...]


def judge(view: View) -> Verdict:
    """Level 2 when a trouble that ended within 90 days is back at a fragile account; 3 at its third return."""
    back = next(_returns(view), None)
    if back is None:
        return Verdict()
    reasons = _fragile(view, back.msg.sent_at)
    if not reasons:
        return Verdict()
    level = Level.CRITICAL if _is_third(back) else Level.RAISED
    raised = Raised(
        signal=Signal.REPEAT_ISSUE,
        level=level,
        strength=STRENGTHS[level],
        cited=back.cited,
        found_at=back.msg.sent_at,
        last_evidence_at=back.msg.sent_at,
        clears_when=CLEARS,
        half_life=view.policy.signals.half_lives[Signal.REPEAT_ISSUE],
        fades_from=back.msg.sent_at,
        features={
            "now": f"{back.msg.subject} ({back.msg.sent_at:%Y-%m-%d})",
            "before": [f"{p.subject} (closed {p.closed_at:%Y-%m-%d})" for p in back.before],
            "fragile": list(reasons),
        },
    )
    return Verdict(raised)


def _is_third(back: _Return) -> bool:
    """Whether it returned three times: as far as is on file, or as the customer counts beyond what is."""
    counted = any(hit.part == "count" for hit in back.msg.reading.group("again"))
    return len(back.before) >= _THIRD or (counted and len(back.before) == _THIRD - 1)


def _returns(view: View) -> Iterator[_Return]:
    """The customer's messages that speak of a trouble closed before; of a thread's later mails only `again` counts."""
    first = view.heard[0] if view.heard else None
    for msg in view.heard:
        again = msg.reading.has("again")
        if msg is not first and not again:
            continue
        before = tuple(p for p in view.facts.history if _same(view, msg, p, again=again))
        if before:
            yield _Return(msg, cite_best(msg, "structure.repeat", "again", "problem"), before)


def _same(view: View, msg: Msg, past: PastEscalation, *, again: bool) -> bool:
    """Whether a message is about an earlier trouble that ended within the window and not just now."""
    closed = past.closed_at
    if closed is None or not timedelta(0) <= msg.sent_at - closed <= _window(view):
        return False
    goes_on = view.messages[0].sent_at < closed or not past.escalated
    if goes_on and not _long_after(view, closed, msg.sent_at):
        return False
    # Many mails without trouble are alike (`Invoice of May`): of those, only what the customer calls a return is one.
    return (again or past.escalated) and _is_like(view, msg, past, again=again)


def _is_like(view: View, msg: Msg, past: PastEscalation, *, again: bool) -> bool:
    """By a code, by their subjects, by most of the old one in a mail of trouble, or by what `again` stands beside."""
    trouble = again or msg.reading.has("problem")
    if _same_code(msg, past, trouble=trouble):
        return True
    stop = lexicon(msg.reading.language or "en").stopwords
    old, new = _stems(past.subject, stop), _stems(msg.subject, stop)
    if _cosine(old, new) >= view.policy.signals.same_issue_cosine:
        return True
    told = old & (new | _stems(msg.text[:_TOLD], stop))
    if len(old) >= _TELLING and len(told) >= _MOST_OF * len(old) and trouble:
        return True
    shared = old & (new | _stems(cite_best(msg, "", "again").quote, stop))
    return again and bool(old) and len(shared) >= min(_ENOUGH, len(old))


def _same_code(msg: Msg, past: PastEscalation, *, trouble: bool) -> bool:
    """Whether both name one fault; of one machine or part, only where the new mail tells of trouble too."""
    old = codes_of(past.subject)
    shared = {*msg.reading.codes, *codes_of(msg.subject)} & set(old)
    faults = {word for code in old if " " in code for word in (code, code.partition(" ")[2])}
    return bool(shared & faults) or (trouble and bool(shared))


def _window(view: View) -> timedelta:
    return timedelta(days=view.policy.signals.repeat_window_calendar_days)


def _long_after(view: View, closed: datetime, at: datetime) -> bool:
    """Whether so much time passed that a thread which goes on is more than a last word on it."""
    days = business.business_days_between(view.facts.calendar, closed, at)
    return days > view.policy.signals.continuation_business_days


def _fragile(view: View, at: datetime) -> tuple[str, ...]:
    """Why the account cannot take much more: what is on file, what came before, what this conversation raised."""
    reasons = [frailty.why for frailty in view.facts.fragile if frailty.holds(at, view.now)]
    closed = [p.closed_at for p in view.facts.history if p.escalated and p.closed_at and p.closed_at <= at]
    recent = sum(1 for each in closed if at - each <= _window(view))
    if recent:
        reasons.append(f"{recent} escalation{'s' if recent > 1 else ''} closed within the window")
    renewal = view.facts.renewal
    if renewal is not None and timedelta(0) <= renewal - at.date() <= _window(view):
        reasons.append(f"renewal on {renewal:%Y-%m-%d}")
    raised = sorted(s.value.replace("_", " ") for s in view.found if view.level(s) >= Level.RAISED)
    if len(raised) > 1 or view.level(Signal.ACCOUNT_RISK) >= Level.RAISED:
        reasons.append(f"{' and '.join(raised)} here")
    return tuple(reasons)


def _stems(text: str, stop: frozenset[bytes]) -> frozenset[str]:
    """The words of a subject or sentence that name something, cut to their stems."""
    words = (word.strip(b".,;:!?()[]'\"-/") for word in fold(text).split())
    return frozenset(
        w[:_STEM].decode() for w in words if len(w) > _SHORT and w not in stop and not is_plain(w.decode())
    )


def _cosine(one: frozenset[str], other: frozenset[str]) -> float:
    """Of two sets of words; every telling word weighs the same, since a subject holds each once."""
    return len(one & other) / sqrt(len(one) * len(other)) if one and other else 0.0
