"""Tells whether older mail still waits to be read: what is judged meanwhile would be judged without our answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.mail import RawMail

BEHIND = timedelta(minutes=1)
"""A mail that arrived this long ago and is not read shows that we are behind; a mail is read within a second."""

PATIENCE = timedelta(hours=1)
"""How long one mail may hold judgement back: where mail comes faster than it is read, alerts must not wait for ever."""


def is_behind(session: Session, now: datetime, besides: Sequence[int] = ()) -> bool:
    """Whether a kept mail other than `besides` waits that arrived before a minute ago."""
    waiting = select(RawMail.id).where(
        RawMail.state == "kept",
        RawMail.received_at < now - BEHIND,
        RawMail.kept_at > now - PATIENCE,
        RawMail.id.not_in(besides),
    )
    return session.execute(waiting.limit(1)).first() is not None
