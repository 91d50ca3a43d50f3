"""Reads from the database the figures that no single process knows."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.words import NoticeState, RawState
from smokewatch import metrics
from store.bulk import just
from store.mail import Folder, RawMail
from store.outbox import Notice


def refresh(session: Session, now: datetime) -> None:
    """Set all gauges to what holds now. Finished mails are not counted: there may be millions."""
    waiting, oldest = session.execute(
        select(func.count(), func.min(RawMail.kept_at)).where(just(RawMail.state, RawState.KEPT))
    ).one()
    metrics.WAITING.set(waiting)
    metrics.OLDEST.set((now - oldest).total_seconds() if oldest else 0)
    parked = select(func.count()).where(just(RawMail.state, RawState.PARKED))
    metrics.PARKED.set(session.scalar(parked) or 0)
    unsent = (NoticeState.WAITING, NoticeState.FAILED, NoticeState.HELD)
    counts = dict(
        session.execute(select(Notice.state, func.count()).where(Notice.state.in_(unsent)).group_by(Notice.state)).all()
    )
    for state in unsent:
        metrics.OUTBOX.labels(state.value).set(counts.get(state, 0))
    for mailbox, name, polled_at in session.execute(select(Folder.mailbox, Folder.name, Folder.polled_at)):
        if polled_at is not None:
            metrics.POLLED.labels(mailbox, name).set((now - polled_at).total_seconds())
