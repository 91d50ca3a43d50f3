"""Puts the ladder's notices into the outbox: warnings to who is asked, and the story so far to who is asked next."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from config.words import NoticeKind
from signals.business import business_hours_between
from store.notices import NoticeDraft, post_notice
from store.people import Person
from store.record import Escalation
from store.roster import Rung
from workflow.calendars import owner_calendar
from workflow.context import Context
from workflow.roster import about


def step_of(rung: Rung, now: datetime) -> int:
    """How many steps of warning have come."""
    return 2 if now >= rung.most_at else 1 if now >= rung.half_at else 0


def warn(session: Session, ctx: Context, rung: Rung, above: str | None, now: datetime) -> None:
    """Tell who is asked of a step of their time that is gone, each step once; of two at once only the later.

    Where the matrix wants no alert of its own, the digest says it. `above` is who comes next.
    """
    step = step_of(rung, now)
    if step <= rung.told or ctx.matrix is None or rung.person_id is None:
        return
    esc = session.get_one(Escalation, rung.escalation_id)
    warning, case = ctx.matrix.warnings[step - 1], about(session, esc).case
    if not any(when.fits(case) for when in warning.alert):
        return
    draft = NoticeDraft(
        kind=NoticeKind.ANSWER_DUE,
        person_id=rung.person_id,
        event=f"rung:{rung.id}:{step}",
        why=f"you are asked to answer it ({rung.name})",
        at=now,
        escalation_id=esc.id,
        facts={
            "rung_id": rung.id,
            "share": round(warning.share * 100),
            "since": rung.since.isoformat(),
            "due": rung.due_at.isoformat(),
            "next": above,
        },
    )
    post_notice(session, draft, mail_domain=ctx.outgoing.domain)


def tell_rung(session: Session, ctx: Context, esc: Escalation, climbed: list[Rung], rung: Rung) -> None:
    """Tell who is asked now: why it comes to them, and who was asked before them for how long."""
    if rung.person_id is None:
        return
    draft = NoticeDraft(
        kind=NoticeKind.CLIMBED,
        person_id=rung.person_id,
        event=f"rung:{rung.id}",
        why=f"you are asked next ({rung.name})",
        at=rung.since,
        escalation_id=esc.id,
        facts={
            "rung_id": rung.id,
            "rung": rung.name,
            "due": rung.due_at.isoformat(),
            "opened": (esc.reopened_at or esc.opened_at).isoformat(),
            "asked": [_asked(session, esc, each) for each in climbed if each.id != rung.id],
        },
    )
    post_notice(session, draft, mail_domain=ctx.outgoing.domain)


def _asked(session: Session, esc: Escalation, rung: Rung) -> dict[str, Any]:
    person = None if rung.person_id is None else session.get(Person, rung.person_id)
    until = rung.ended_at or rung.due_at
    hours = business_hours_between(owner_calendar(session, esc), rung.since, until)
    return {
        "name": "somebody" if person is None else person.name,
        "rung": rung.name,
        "since": rung.since.isoformat(),
        "hours": round(hours, 1),
    }
