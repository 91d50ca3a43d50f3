"""Writes the digest's list of what we owe: overdue, today, and in the days to come."""

from collections.abc import Set as AbstractSet
from datetime import timedelta

from sqlalchemy.orm import Session

from alerts import build, phrases
from alerts.clean import one_line
from alerts.clockwork import zone_of
from store.owed import Owed, Wanted, owed

AHEAD = timedelta(days=7)
"""Promises due later than this are for another digest."""

MOST_LINES = 15


def owed_lines(session: Session, reader: build.Reader, told: AbstractSet[int]) -> tuple[str, ...]:
    """One line a promise, under the reader's rights of this moment; those whose ids are in `told` stand above."""
    rows = owed(session, reader.person, reader.now, Wanted(until=reader.now + AHEAD))
    lines = [_line(row, reader) for row in rows if row.id not in told]
    more = len(lines) - MOST_LINES
    return (*lines[:MOST_LINES], f"and {more} more: smokewatch promises shows them") if more > 0 else tuple(lines)


def _line(row: Owed, reader: build.Reader) -> str:
    due = phrases.when(row.due_at, zone_of(reader.person), reader.now) if row.due_at else "no date"
    when = f"Overdue since {due}" if row.standing == "overdue" else f"Due {due}"
    assumed = ", time assumed" if row.assumed else ""
    whom = one_line(row.account or row.to or "a customer", 80)
    number = f"{row.escalation} " if row.escalation else ""
    return f"{when}{assumed}: {number}{whom}: “{one_line(row.quote, 140)}” ({one_line(row.made_by, 60)})"
