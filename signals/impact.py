"""S7: the customer loses money or stands still, is billed wrongly, or faces a penalty."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from config.words import Level, Signal
from signals.evidence import cite_hit
from signals.facts import Msg
from signals.levels import STRENGTHS, decay
from signals.marks import Amount, Hit
from signals.outage import is_drill, outages, resolved_at
from signals.view import Raised, Verdict, View

CLEARS = "a week or two pass without another such sentence; an outage, once somebody says that it is over"

LEVELS = {
    "billing": Level.WATCH,
    "over": Level.WATCH,
    "cost": Level.WATCH,
    "loss": Level.RAISED,
    "lost": Level.RAISED,
    "exposed": Level.RAISED,
    "penalty": Level.CRITICAL,
    "fine": Level.CRITICAL,
}
"""Least level of each kind: wrongly billed, at a cost, at a loss, in danger of a penalty, under a penalty."""

_WITH_A_SUM = frozenset({"lost", "cost", "over", "fine"})
"""Kinds whose words mean money only beside a sum: `we lost 4,000 euros`, not `we lost the brochure`."""

_NEAR_WORDS = 6
"""Words between a sum and what makes it a loss; most sums of mail are prices, and stand farther off."""


@dataclass(frozen=True)
class _Claim:
    """One sentence that says what it costs the customer."""

    msg: Msg
    hit: Hit
    kind: str
    level: Level
    amount: Amount | None
    share: float | None
    fades_from: datetime
    half_life: float


def judge(view: View) -> Verdict:
    """Level 1 a wrong bill; 2 a loss, an outage or 5 % of a year's value; 3 a penalty or 20 %."""
    claims = [claim for msg in view.heard for claim in _claims(view, msg)]
    if not claims:
        return Verdict()
    best = max(claims, key=lambda c: (_left(view, c), c.share or 0.0, -c.hit.start))
    return Verdict(
        Raised(
            signal=Signal.IMPACT,
            level=best.level,
            strength=STRENGTHS[best.level],
            cited=cite_hit(best.msg, best.hit),
            found_at=best.msg.sent_at,
            last_evidence_at=max(c.msg.sent_at for c in claims),
            clears_when=CLEARS,
            half_life=best.half_life,
            fades_from=best.fades_from,
            features=_features(best),
            text_only=True,
        )
    )


def _features(claim: _Claim) -> dict[str, object]:
    features: dict[str, object] = {"kind": claim.kind}
    if claim.amount:
        features |= {"amount": claim.amount.value, "currency": claim.amount.currency}
    if claim.share is not None:
        features["share_of_year"] = round(claim.share, 4)
    return features


def _left(view: View, claim: _Claim) -> float:
    return STRENGTHS[claim.level] * decay(view.facts.calendar, claim.fades_from, view.now, claim.half_life)


def _claims(view: View, msg: Msg) -> Iterator[_Claim]:
    if is_drill(msg):
        return
    half_life = view.policy.signals.half_lives[Signal.IMPACT]
    for hit in msg.reading.group("impact"):
        amount = _nearest(msg, hit)
        if amount or hit.part not in _WITH_A_SUM:
            share = _share(view, amount)
            level = max(LEVELS[hit.part], _level_of(view, share))
            yield _Claim(msg, hit, hit.part, level, amount, share, msg.sent_at, half_life)
    for hit in outages(msg)[:1]:
        over = resolved_at(view, msg)
        lasts = view.policy.signals.resolved_outage_half_life_business_days if over else half_life
        yield _Claim(msg, hit, "outage", Level.RAISED, None, None, over or msg.sent_at, lasts)


def _nearest(msg: Msg, hit: Hit) -> Amount | None:
    """The sum nearest to the words, in their sentence and at most six words off."""
    start, end = msg.reading.sentence(hit.start)
    sums = ((_words(msg, hit, a), a) for a in msg.reading.amounts if start <= a.start < end)
    near = [(gap, a) for gap, a in sums if gap is not None]
    return min(near, key=lambda pair: (pair[0], -pair[1].value))[1] if near else None


def _words(msg: Msg, hit: Hit, amount: Amount) -> int | None:
    """Whole words between the two; None when there are too many."""
    first, last = sorted([(hit.start, hit.end), (amount.start, amount.end)])
    count = len(msg.text[first[1] : last[0]].split()) if first[1] < last[0] else 0
    return count if count <= _NEAR_WORDS else None


def _share(view: View, amount: Amount | None) -> float | None:
    """The sum as a part of a year's contract value; currencies are taken for the same."""
    value = view.facts.account_value
    return amount.value / value if amount and value else None


def _level_of(view: View, share: float | None) -> Level:
    policy = view.policy.signals
    if share is None or share < policy.impact_raised_value_share:
        return Level.CLEAR
    return Level.CRITICAL if share >= policy.impact_critical_value_share else Level.RAISED
