"""Tells who made the last change of a kind, so that the second of two people learns what the first did."""

from sqlalchemy import select

from store.people import Person
from store.record import Audit
from workflow.verbs.base import Work


def who_made_it(work: Work, *actions: str) -> str:
    """` (by Lena Vogt, Wed 6 May 2026 10:30 CEST)` for the last such change; empty when there was none."""
    wanted = actions or ("state", "reopened", "opened")
    row = work.session.execute(
        select(Audit.actor, Audit.at, Person.name)
        .outerjoin(Person, Person.email == Audit.actor)
        .where(Audit.stream == work.number, Audit.action.in_(wanted))
        .order_by(Audit.seq.desc())
        .limit(1)
    ).first()
    return "" if row is None else f" (by {row.name or row.actor}, {work.says(row.at)})"
