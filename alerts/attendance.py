"""Says which notices the roster makes needless: a rung that was answered, a person away whom others stand in for."""

from datetime import datetime

from sqlalchemy.orm import Session

from config.words import NoticeKind, State
from store.outbox import Notice
from store.record import Escalation
from store.roster import Rung, absence_of, others_here

ASKING = (NoticeKind.ANSWER_DUE, NoticeKind.CLIMBED)
"""Kinds by which the ladder asks for an answer."""


def rung_is_over(session: Session, kind: NoticeKind, notice: Notice, escalation: Escalation | None) -> bool:
    """Whether the ladder's notice asks for what was given, or what another is asked for by now."""
    if kind not in ASKING or escalation is None:
        return False
    rung = session.get(Rung, notice.facts.get("rung_id", 0))
    return escalation.state != State.OPEN or (rung is not None and rung.ended_at is not None)


def is_looked_after(session: Session, notice: Notice, now: datetime) -> bool:
    """Whether the recipient is away, and somebody who is not gets the escalation's alerts too."""
    if notice.escalation_id is None or absence_of(session, notice.person_id, now) is None:
        return False
    return others_here(session, notice.escalation_id, notice.person_id, now)
