"""S6: the customer states a time they need something by, and it comes close, or lies before our own date, or passes."""

from dataclasses import dataclass
from datetime import datetime

from config.words import Direction, Level, PromiseState, Signal
from signals import business
from signals.evidence import cite_span
from signals.facts import LedgerEntry, Msg
from signals.levels import STRENGTHS
from signals.marks import Need, Reply
from signals.turns import Ask, worth
from signals.view import Raised, Verdict, View

CLEARS = "the customer has what they need or says so, or some days pass after the time"


@dataclass(frozen=True)
class _Stated:
    """A need of the customer with the message that states it, and the moments at which it grows."""

    msg: Msg
    need: Need
    close_from: datetime
    over_at: datetime
    later: LedgerEntry | None = None

    def level(self, now: datetime) -> Level:
        """Critical when the time has passed, raised when it is close or before our own date."""
        if now >= self.need.due:
            return Level.CRITICAL
        return Level.RAISED if self.later or now >= self.close_from else Level.WATCH

    def since(self, now: datetime) -> datetime:
        """From when on the level stands."""
        if now >= self.need.due:
            return self.need.due
        if self.later:
            return max(self.msg.sent_at, self.later.made_at)
        return max(self.msg.sent_at, self.close_from) if now >= self.close_from else self.msg.sent_at


def judge(view: View) -> Verdict:
    """Level 1 when stated; 2 within two business days or before our own date; 3 when passed and still open."""
    live = [s for s in _stated(view) if view.now < s.over_at and _is_open(view, s)]
    if not live:
        return Verdict()
    review = [at for s in live for at in (s.close_from, s.need.due, s.over_at)]
    worst = max(live, key=lambda s: (s.level(view.now), -s.need.due.timestamp(), s.msg.sent_at))
    level = worst.level(view.now)
    return Verdict(
        Raised(
            signal=Signal.DEADLINE,
            level=level,
            strength=STRENGTHS[level],
            cited=cite_span(worst.msg, (worst.need.start, worst.need.end), "deadline.stated"),
            found_at=worst.msg.sent_at,
            last_evidence_at=worst.since(view.now),
            clears_when=CLEARS,
            half_life=view.policy.signals.half_lives[Signal.DEADLINE],
            fades_from=None,
            features=_features(view, worst),
        ),
        review,
    )


def _features(view: View, stated: _Stated) -> dict[str, object]:
    features: dict[str, object] = {"due": stated.need.due.isoformat(), "zone": view.facts.calendar.zone}
    if stated.need.ambiguous:
        features["ambiguous"] = True
    if stated.later:
        features["our_promise"] = stated.later.quote
    return features


def _stated(view: View) -> list[_Stated]:
    return [_at_work(view, msg, need) for msg in view.heard for need in msg.reading.needs]


def _at_work(view: View, msg: Msg, need: Need) -> _Stated:
    policy, calendar = view.policy.signals, view.facts.calendar
    hours = business.day_hours(calendar)
    return _Stated(
        msg,
        need,
        close_from=business.add_business(calendar, need.due, -policy.deadline_near_business_days * hours),
        over_at=business.add_business(calendar, need.due, policy.deadline_over_business_days * hours),
        later=next((e for e in view.ledger if _promises_later(e, need)), None),
    )


def _promises_later(entry: LedgerEntry, need: Need) -> bool:
    """Whether we have promised, with a date of our own, a time behind the customer's."""
    return entry.state is PromiseState.PENDING and not entry.assumed and entry.due is not None and entry.due > need.due


def _is_open(view: View, stated: _Stated) -> bool:
    """Whether nobody answered or dropped it yet, or the customer came back with it before the time."""
    ask = next((a for a in reversed(view.asks) if a.msg.sent_at <= stated.msg.sent_at), None)
    after = [m for m in view.messages if m.sent_at > stated.msg.sent_at]
    if any(m.direction is Direction.IN and _lets_go(m) for m in after):
        return False
    if ask is None or (ask.closed_at is not None and ask.closed_at <= stated.msg.sent_at):
        return not any(_settles(m) for m in after)
    return ask.closed_at is None or _is_handed_on(after, ask.closed_at) or _came_back(view, stated, ask.closed_at)


def _is_handed_on(after: list[Msg], closed_at: datetime) -> bool:
    """Whether our answer only says why, and that it lies with colleagues now; nobody has settled it since."""
    answer = next((m for m in after if m.direction is Direction.OUT and m.sent_at == closed_at), None)
    if answer is None or answer.attachments or not any(h.part == "handed" for h in answer.reading.group("holding")):
        return False
    return not answer.reading.has("delivered") and not any(_settles(m) for m in after if m.sent_at > closed_at)


def _lets_go(msg: Msg) -> bool:
    """Whether the customer gives us more time."""
    return any(hit.part == "later" for hit in msg.reading.group("release"))


def _settles(msg: Msg) -> bool:
    if msg.direction is Direction.IN:
        return msg.reading.closing and msg.reading.has("closing", "received", "withdrawn")
    return msg.direction is Direction.OUT and worth(msg) is Reply.SUBSTANTIVE and not msg.reading.pledges


def _came_back(view: View, stated: _Stated, closed_at: datetime) -> bool:
    """An answer that did not help: the customer is back with a problem while the time matters, and that is open."""
    return any(_is_back(ask, stated, closed_at) for ask in view.asks)


def _is_back(ask: Ask, stated: _Stated, closed_at: datetime) -> bool:
    back = closed_at <= ask.msg.sent_at < stated.over_at
    return back and ask.closed_at is None and ask.msg.reading.has("problem", "chase")
