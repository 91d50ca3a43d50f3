"""Keeps a person's verdict on the live findings of an escalation, for `useful` and `noise`."""

from typing import Any

from sqlalchemy import delete, select

from store.mail import Conversation
from store.risk import Feedback, FindingRow
from workflow.change import Step, written
from workflow.verbs.base import Work


def judge(work: Work, *, useful: bool, why: str) -> dict[str, Any]:
    """One row per live finding, or one for the escalation where none lives; the ids, to take them back."""
    session, esc = work.session, work.escalation
    live: list[int | None] = list(
        session.scalars(
            select(FindingRow.id)
            .join(Conversation, Conversation.id == FindingRow.conversation_id)
            .where(Conversation.escalation_id == esc.id, FindingRow.ended_at.is_(None))
            .order_by(FindingRow.id)
        )
    )
    rows = [
        Feedback(
            escalation_id=esc.id, finding_id=finding, person_id=work.person.id, at=work.by.now, useful=useful, why=why
        )
        for finding in (live or [None])
    ]
    session.add_all(rows)
    written(session, work.by, esc, Step("feedback", None, "useful" if useful else "noise", why or None))
    return {"feedback": [row.id for row in rows]}


def take_back(work: Work, before: dict[str, Any]) -> None:
    """Withdraw the verdict."""
    work.session.execute(delete(Feedback).where(Feedback.id.in_(before["feedback"])))
    written(work.session, work.by, work.escalation, Step("feedback withdrawn"))
