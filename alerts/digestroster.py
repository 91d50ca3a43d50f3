"""Writes the digest's list of who is asked: answers the reader owes, ladders at their end, overrides to reconcile."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from alerts import build, phrases
from alerts.clean import one_line
from alerts.clockwork import zone_of
from config.words import Role, State
from store.people import Account, Person
from store.record import Escalation
from store.roster import Assignment, AssignmentState, Rung
from store.visibility import visible

MOST_LINES = 15


def asked_lines(session: Session, reader: build.Reader) -> tuple[str, ...]:
    """One line each, under the reader's rights of this moment."""
    lines = [*_asked(session, reader), *_overrides(session, reader)]
    more = len(lines) - MOST_LINES
    return (*lines[:MOST_LINES], f"and {more} more") if more > 0 else tuple(lines)


def _asked(session: Session, reader: build.Reader) -> list[str]:
    """Rungs that were to be warned of: the reader's own, and for managers those whose time is up with nobody above."""
    mine = (Rung.person_id == reader.person.id) & (Rung.told > 0)
    over = (Rung.due_at <= reader.now) & (reader.person.role != Role.AGENT)
    rows = (
        select(Rung, Escalation, Account.name, Person.name)
        .join(Escalation, Escalation.id == Rung.escalation_id)
        .outerjoin(Account, Account.id == Escalation.account_id)
        .outerjoin(Person, Person.id == Rung.person_id)
        .where(visible(reader.person), Escalation.state == State.OPEN, Escalation.merged_into.is_(None))
        .where(Rung.ended_at.is_(None), or_(mine, over))
        .order_by(Rung.due_at, Rung.id)
    )
    lines = []
    for rung, esc, account, name in session.execute(rows):
        about = f"{esc.number} {one_line(account or esc.title, 80)}"
        due = _when(rung.due_at, reader)
        if rung.person_id == reader.person.id:
            lines.append(f"{about}: your answer is asked for until {due}" if rung.due_at > reader.now
                         else f"{about}: your answer was asked for until {due}")  # fmt: skip
        else:
            lines.append(f"{about}: {one_line(name or 'nobody', 60)} was asked until {due} and nobody stands above")
    return lines


def _overrides(session: Session, reader: build.Reader) -> list[str]:
    if reader.person.role == Role.AGENT:
        return []
    chosen, now = aliased(Person), aliased(Person)
    rows = (
        select(Assignment, Escalation, Account.name, chosen.name, now.name)
        .join(Escalation, Escalation.id == Assignment.escalation_id)
        .join(chosen, chosen.id == Assignment.person_id)
        .join(now, now.id == Assignment.override_id)
        .outerjoin(Account, Account.id == Escalation.account_id)
        .where(Assignment.state == AssignmentState.OVERRIDDEN, visible(reader.person), Escalation.merged_into.is_(None))
        .order_by(Assignment.override_at, Assignment.id)
    )
    return [
        f"{esc.number} {one_line(account or esc.title, 80)}: {one_line(second, 60)} has it instead of "
        f"{one_line(first, 60)}, whom the matrix names ({one_line(row.reason or 'no reason', 140)}); settle it with "
        f"smokewatch overrides reconcile {row.id}"
        for row, esc, account, first, second in session.execute(rows)
    ]


def _when(at: datetime, reader: build.Reader) -> str:
    return phrases.when(at, zone_of(reader.person), reader.now)
