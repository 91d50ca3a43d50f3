"""Says how much hangs on an escalation, from 0 to 100 points, with the terms that made the number."""

from collections.abc import Mapping
from dataclasses import dataclass

from config.fields import ImpactWeights

UNKNOWN = "not known"


@dataclass(frozen=True)
class ImpactFacts:
    """What the impact is made of; `arr` is the yearly value of the contract, `users` how many people are affected."""

    tier: str = ""
    arr: float | None = None
    users: int | None = None
    category: str = ""


@dataclass(frozen=True)
class ImpactTerm:
    """One part of the number: `points` are its share of `weight`, rounded to a tenth."""

    name: str
    value: str
    points: float
    weight: float

    def __str__(self) -> str:
        return f"{self.name} {self.value}: {self.points:g} of {self.weight:g}"


@dataclass(frozen=True)
class Impact:
    """How much hangs on it. What is not known gives no points, so a low number may only mean that little is known."""

    score: int
    terms: tuple[ImpactTerm, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """The parts that nobody has said yet."""
        return tuple(term.name for term in self.terms if term.value == UNKNOWN)


def impact(facts: ImpactFacts, weights: ImpactWeights) -> Impact:
    """The impact of these facts; it never falls when the value or the number of people rises."""
    tier = facts.tier.strip().lower()
    shares = {
        "tier": weights.tiers.get(tier, 0.0),
        "arr": _band(facts.arr, weights.arr),
        "users": _band(facts.users, weights.users),
        "category": weights.categories.get(facts.category, 0.0),
    }
    said = {
        "tier": ("tier", facts.tier.strip() or UNKNOWN),
        "arr": ("yearly value", UNKNOWN if facts.arr is None else f"{facts.arr:,.0f}"),
        "users": ("affected users", UNKNOWN if facts.users is None else f"{facts.users:,}"),
        "category": ("category", facts.category.replace("_", " ") or UNKNOWN),
    }
    terms = tuple(
        ImpactTerm(*said[name], round(shares[name] * weight, 1), weight) for name, weight in weights.weights.items()
    )
    exact = sum(shares[name] * weight for name, weight in weights.weights.items())
    return Impact(round(exact), terms)


def _band(value: float | None, bands: Mapping[float, float]) -> float:
    """The share of the highest bound that the value reaches; below the lowest, or unknown, none."""
    return max((share for bound, share in bands.items() if value is not None and value >= bound), default=0.0)
