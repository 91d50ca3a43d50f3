"""Makes one score of the findings and a risk of the score, which rises at once and falls late, so it does not flap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from config.policy import RiskPolicy
from config.words import Level, Risk, Signal
from signals import business
from signals.calendar import Calendar
from signals.facts import Before, Term

_RISKS = tuple(Risk)
_FAR_DAYS = 120.0
_HALVINGS = 16
"""Steps of the search for the moment a score falls: 120 business days to within a minute."""


@dataclass(frozen=True)
class Strand:
    """One signal's part in the score: its strength now, half-life in business days, and whether words alone say it."""

    signal: Signal
    strength: float
    decay: float
    half_life: float
    text_only: bool


def score(strands: Sequence[Strand], policy: RiskPolicy, faded: float = 0.0) -> tuple[float, tuple[Term, ...]]:
    """Noisy-or of weight x strength x decay, `faded` business days on; pairs add, words alone stay under the cap."""
    left = {s.signal: s.strength * s.decay * 0.5 ** (faded / s.half_life) for s in strands}
    parts = {s.signal: policy.weights.get(s.signal, 0.0) * left[s.signal] for s in strands}
    spoken = _noisy_or([parts[s.signal] for s in strands if s.text_only])
    structural = [parts[s.signal] for s in strands if not s.text_only]
    total = _noisy_or([*structural, min(spoken, policy.text_cap), *_pairs(policy.pairs, left)])
    terms = tuple(
        Term(s.signal, policy.weights.get(s.signal, 0.0), s.strength, s.decay, parts[s.signal]) for s in strands
    )
    return total, terms


@dataclass(frozen=True)
class Standing:
    """What the findings come to: their score, and the highest level among them."""

    score: float
    level: Level


def settle(standing: Standing, before: Before, policy: RiskPolicy, calendar: Calendar, now: datetime) -> Risk:
    """The risk of the findings, given what stood before.

    The highest level puts a floor under it: what is worth an escalation is not called low. It falls only to where the
    score is below the bound by more than the dead band, and only after quiet business hours.
    """
    floor = policy.level_floors[standing.level]
    up = max(_band(standing.score, policy.bands), floor, key=lambda risk: risk.rank)
    if up.rank >= before.risk.rank:
        return up
    held = max(_band(standing.score + policy.dead_band, policy.bands), floor, key=lambda risk: risk.rank)
    fallen = min(held, before.risk, key=lambda risk: risk.rank)
    if fallen is before.risk or not _quiet(before, policy, calendar, now):
        return before.risk
    return fallen


def falls_at(
    strands: Sequence[Strand], risk: Risk, policy: RiskPolicy, calendar: Calendar, now: datetime
) -> datetime | None:
    """When the score alone will have faded below what holds `risk`; None for the lowest."""
    if not risk.rank:
        return None
    bound = policy.bands[risk.rank - 1] - policy.dead_band
    early, late = 0.0, _FAR_DAYS
    if score(strands, policy)[0] < bound:
        return business.add_business(calendar, now, policy.fall_after_business_hours)
    for _ in range(_HALVINGS):
        middle = (early + late) / 2
        early, late = (middle, late) if score(strands, policy, middle)[0] >= bound else (early, middle)
    return business.add_business(calendar, now, late * business.day_hours(calendar))


def _quiet(before: Before, policy: RiskPolicy, calendar: Calendar, now: datetime) -> bool:
    """Whether enough business hours passed since the risk was last set."""
    if before.risk_since is None:
        return True
    return business.business_hours_between(calendar, before.risk_since, now) >= policy.fall_after_business_hours


def _pairs(pairs: Mapping[str, float], left: Mapping[Signal, float]) -> list[float]:
    if len(left) < 2:  # noqa: PLR2004
        return []
    return [
        weight * min(left[one], left[other])
        for one, other, weight in _parsed(tuple(pairs.items()))
        if one in left and other in left
    ]


@cache
def _parsed(pairs: tuple[tuple[str, float], ...]) -> tuple[tuple[Signal, Signal, float], ...]:
    """The pairs of the policy, `one+other`, as signals."""
    named = ((name.partition("+"), weight) for name, weight in pairs)
    return tuple((Signal(one), Signal(other), weight) for (one, _, other), weight in named)


def _noisy_or(parts: Sequence[float]) -> float:
    clear = 1.0
    for part in parts:
        clear *= 1.0 - part
    return 1.0 - clear


def _band(value: float, bands: tuple[float, float, float]) -> Risk:
    return _RISKS[sum(value >= bound for bound in bands)]
