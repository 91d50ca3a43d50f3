"""Gathers what people judged, and what stood when they did, for the tuning of the weights."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import Signal
from signals.fit import Case
from store.risk import Feedback, FindingRow


def judged_cases(session: Session) -> list[Case]:
    """Every verdict with what stood when it was given; a verdict on one finding is a case of that finding alone.

    A finding's strength is that of its last evaluation before it ended.
    """
    f, b = FindingRow, Feedback
    rows = session.execute(
        select(b.escalation_id, b.person_id, b.at, b.useful, f.signal, f.strength)
        .join(f, f.id == b.finding_id)
        .order_by(b.at, b.id)
    )
    cases: dict[tuple[Any, ...], dict[Signal, float]] = {}
    for escalation, person, at, useful, signal, strength in rows:
        strengths = cases.setdefault((escalation, person, at, useful), {})
        strengths[Signal(signal)] = max(strength, strengths.get(Signal(signal), 0.0))
    return [Case(strengths, key[3]) for key, strengths in cases.items()]
