"""Strength, decay and level of a signal: how evidence fades in business days, and when a level falls with it."""

from datetime import datetime
from math import log2

from config.words import Level
from signals import business
from signals.calendar import Calendar

FLOORS = {Level.WATCH: 0.3, Level.RAISED: 0.6, Level.CRITICAL: 0.9}
"""Strength from which evidence stands at a level."""

STRENGTHS = {Level.CLEAR: 0.0, Level.WATCH: 0.4, Level.RAISED: 0.7, Level.CRITICAL: 1.0}
"""Strength of fresh evidence of a level, where a rule has no finer measure."""


def decay(calendar: Calendar, since: datetime, now: datetime, half_life: float) -> float:
    """What is left of 1.0 after `half_life` business days halve it, from `since` to `now`."""
    age = max(0.0, business.business_days_between(calendar, since, now))
    return float(0.5 ** (age / half_life))


def level_after_decay(level: Level, strength: float, share: float) -> Level:
    """The highest level, not above `level`, of whose floor a decayed strength still holds at least `share`."""
    return next(
        (held for held in sorted(FLOORS, reverse=True) if held <= level and strength >= share * FLOORS[held]),
        Level.CLEAR,
    )


def falls_in_days(level: Level, strength: float, share: float, half_life: float) -> float | None:
    """Business days until a strength that stands at `level` has decayed below what holds it."""
    floor = share * FLOORS[level] if level else 0.0
    return half_life * log2(strength / floor) if level and strength > floor else None
