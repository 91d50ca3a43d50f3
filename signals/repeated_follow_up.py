"""S1: the customer chases an answer that we owe, or has waited longer for it than the queue usually takes."""

from datetime import datetime, timedelta
from itertools import pairwise

from config.words import Level, Signal
from signals import business
from signals.evidence import Cited, cite_best
from signals.facts import Msg
from signals.levels import STRENGTHS, decay
from signals.turns import FOREVER, Ask
from signals.view import Raised, Verdict, View

CLEARS = "the customer gets a real answer; then it fades within days"
_MANY = 3


def judge(view: View) -> Verdict:
    """Level 1: a chase, or silence past the bound. 2: two chases, or one that counts its mails.

    3: three chases, or two within a day while the account is at stake or the matter urgent.
    """
    raised = [r for ask in view.asks if (r := _of(view, ask))]
    best = max(raised, key=lambda r: (_left(view, r), r.last_evidence_at), default=None)
    review = [at for ask in view.asks if (at := _silence_ends(view, ask)) is not None]
    review += [m.sent_at + _window(view) + timedelta(seconds=1) for ask in view.asks for m in ask.chases]
    review += [ask.covered_until for ask in view.asks if ask.covered_until and ask.covered(view.now)]
    return Verdict(best, [at for at in review if at < FOREVER])


def _left(view: View, raised: Raised) -> float:
    if raised.fades_from is None:
        return raised.strength
    return raised.strength * decay(view.facts.calendar, raised.fades_from, view.now, raised.half_life)


def _of(view: View, ask: Ask) -> Raised | None:
    chases = [m for m in ask.chases if m.sent_at >= view.now - _window(view)]
    level = _level(view, chases)
    if level:
        msg = chases[-1]  # what is new is what people must see
        return _raised(view, ask, level, cite_best(msg, "structure.chase", "chase", "problem"), msg.sent_at)
    crossed = _silence_ends(view, ask)
    if crossed is None or crossed > view.now:
        return None
    return _raised(view, ask, Level.WATCH, cite_best(ask.msg, "structure.silence"), crossed)


def _level(view: View, chases: list[Msg]) -> Level:
    if len(chases) >= _MANY or (_two_in_a_day(view, chases) and _at_stake(view)):
        return Level.CRITICAL
    if len(chases) > 1 or any(_counts(m) for m in chases):
        return Level.RAISED
    return Level.WATCH if chases else Level.CLEAR


def _counts(msg: Msg) -> bool:
    return any(hit.part == "count" for hit in msg.reading.group("chase"))


def _two_in_a_day(view: View, chases: list[Msg]) -> bool:
    calendar = view.facts.calendar
    return any(business.business_days_between(calendar, a.sent_at, b.sent_at) <= 1 for a, b in pairwise(chases))


def _at_stake(view: View) -> bool:
    return max(view.level(Signal.ACCOUNT_RISK), view.level(Signal.URGENCY)) >= Level.RAISED


def _window(view: View) -> timedelta:
    """How long a chase counts."""
    return timedelta(days=view.policy.signals.chase_window_calendar_days)


def _silence_ends(view: View, ask: Ask) -> datetime | None:
    """When the silence passes the bound; for an ask that is answered or covered, None."""
    since = ask.silent_since(view.now)
    if since is None:
        return None
    return business.add_business(view.facts.calendar, since, view.policy.signals.silence_hours)


def _raised(view: View, ask: Ask, level: Level, cited: Cited, at: datetime) -> Raised:
    end = ask.closed_at or (ask.covered_at if ask.covered(view.now) else None)
    hours = business.business_hours_between(view.facts.calendar, ask.since, end or view.now)
    return Raised(
        signal=Signal.REPEATED_FOLLOW_UP,
        level=level,
        strength=STRENGTHS[level],
        cited=cited,
        found_at=at,
        last_evidence_at=at,
        clears_when=CLEARS,
        half_life=view.policy.signals.half_lives[Signal.REPEATED_FOLLOW_UP],
        fades_from=end,
        features={
            "chases": len(ask.chases),
            "messages": ask.messages,
            "business_hours": round(hours, 1),
            "last_reply": _reply_quote(ask.last_reply),
        },
    )


def _reply_quote(reply: Msg | None) -> str | None:
    return reply.text[slice(*reply.reading.lead)] if reply else None
