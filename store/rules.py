"""Counts what each rule found and how people judged it."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from math import sqrt
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.words import Level, Signal
from store.risk import Feedback, FindingRow, ShadowFinding

_Z95 = 1.96
"""Standard deviations that hold 95 % of a normal distribution."""


@dataclass(frozen=True)
class RuleCount:
    """What one signal, or one rule of it, did since a moment.

    `found` counts findings, `raised` those of level 2 and more; `useful` and `noise` are verdicts of people, the last
    of each person on each finding.
    """

    rule: str
    shadow: bool
    found: int
    raised: int
    useful: int
    noise: int
    last_at: datetime | None

    @property
    def precision(self) -> float | None:
        """Share of the verdicts that called it useful."""
        judged = self.useful + self.noise
        return self.useful / judged if judged else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of the precision (Wilson 1927)."""
        n = self.useful + self.noise
        if not n:
            return None
        p, z = self.useful / n, _Z95
        middle, reach = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        scale = 1 + z * z / n
        return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self) | {"precision": self.precision, "interval": self.interval}


def rule_counts(
    session: Session, shadow: Collection[str], since: datetime, *, phrases: bool = False
) -> list[RuleCount]:
    """One row per signal (every one of them), or per rule id that found something; the busiest first.

    `shadow` names the rules on trial.
    """
    counts = _found(session, FindingRow, since, phrases=phrases)
    trial = _found(session, ShadowFinding, since, phrases=phrases)
    verdicts = _verdicts(session, since, phrases=phrases)
    names = {*counts, *trial, *verdicts} | (set() if phrases else {s.value for s in Signal})
    made = [_count(name, shadow, [counts.get(name), trial.get(name)], verdicts.get(name, (0, 0))) for name in names]
    return sorted(made, key=lambda each: (-each.found, each.rule))


def _found(
    session: Session, table: type[FindingRow | ShadowFinding], since: datetime, *, phrases: bool
) -> dict[str, Any]:
    """Rule, findings, raised ones and the latest, by rule."""
    key = table.rule_id if phrases else table.signal
    raised = func.count().filter(table.level >= Level.RAISED)
    rows = select(key, func.count(), raised, func.max(table.found_at)).where(table.found_at >= since).group_by(key)
    return {row[0]: row for row in session.execute(rows)}


def _count(name: str, shadow: Collection[str], rows: Sequence[Any], verdict: tuple[int, int]) -> RuleCount:
    there = [row for row in rows if row is not None]
    return RuleCount(
        rule=name,
        shadow=name in shadow,
        found=sum(row[1] for row in there),
        raised=sum(row[2] for row in there),
        useful=verdict[0],
        noise=verdict[1],
        last_at=max((row[3] for row in there), default=None),
    )


def _verdicts(session: Session, since: datetime, *, phrases: bool) -> dict[str, tuple[int, int]]:
    """Useful and noise by rule: of each person on each finding the last word counts."""
    b = Feedback
    last = select(func.max(b.id)).where(b.at >= since).group_by(b.finding_id, b.person_id)
    key = FindingRow.rule_id if phrases else FindingRow.signal
    useful, noise = func.count().filter(b.useful), func.count().filter(~b.useful)
    rows = select(key, useful, noise).join(b, b.finding_id == FindingRow.id).where(b.id.in_(last)).group_by(key)
    return {name: (yes, no) for name, yes, no in session.execute(rows)}


def judged_between(session: Session, since: datetime, until: datetime) -> set[str]:
    """The signals that somebody called useful or noise in that time."""
    rows = select(FindingRow.signal).join(Feedback, Feedback.finding_id == FindingRow.id)
    return set(session.scalars(rows.where(Feedback.at > since, Feedback.at <= until).distinct()))
