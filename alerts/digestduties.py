"""Writes the digest's list of duties: what the playbooks ask for by today, in one line for each escalation."""

from collections import defaultdict
from datetime import timedelta

from sqlalchemy.orm import Session

from alerts import build, phrases
from alerts.clean import one_line
from alerts.clockwork import day_start, zone_of
from store.todo import Due, duties_due

MOST_LINES = 12
MOST_NAMED = 3


def duty_lines(session: Session, reader: build.Reader) -> tuple[str, ...]:
    """The reader's own first, then what else they may see; under their rights of this moment."""
    tomorrow = day_start(reader.person, day_start(reader.person, reader.now) + timedelta(hours=26))
    by_number: dict[str, list[Due]] = defaultdict(list)
    for row in duties_due(session, reader.person, reader.now, tomorrow):
        by_number[row.escalation].append(row)
    ordered = sorted(by_number.values(), key=lambda rows: (not rows[0].mine, not rows[0].overdue, rows[0].due_at))
    lines = [_line(rows, reader) for rows in ordered]
    more = len(lines) - MOST_LINES
    return (*lines[:MOST_LINES], f"and duties on {more} more escalations") if more > 0 else tuple(lines)


def _line(rows: list[Due], reader: build.Reader) -> str:
    first = rows[0]
    when = phrases.when(first.due_at, zone_of(reader.person), reader.now)
    said = f"overdue since {when}" if first.overdue else f"due {when}"
    named = phrases.listed([f"{row.n} {one_line(row.text, 60)}" for row in rows[:MOST_NAMED]])
    left = len(rows) - MOST_NAMED
    return f"{first.escalation} {one_line(first.about, 60)}: {named}{f' and {left} more' if left > 0 else ''} ({said})"
