"""Tells whether older mail still waits to be read: what is judged meanwhile would be judged without our answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from config.words import RawState
from store.bulk import just, one_of
from store.mail import RawMail

BEHIND = timedelta(minutes=1)
"""A mail that arrived this long ago and is not read shows that we are behind; a mail is read within a second."""

PATIENCE = timedelta(hours=1)
"""How long one mail may hold judgement back: where mail comes faster than it is read, alerts must not wait for ever."""

_WAITING = (
    select(RawMail.id)
    .where(
        just(RawMail.state, RawState.KEPT),
        RawMail.received_at < bindparam("before"),
        RawMail.kept_at > bindparam("since"),
        ~one_of(RawMail.id, "besides"),
    )
    .limit(1)
)


def is_behind(session: Session, now: datetime, besides: Sequence[int] = ()) -> bool:
    """Whether a kept mail other than `besides` waits that arrived before a minute ago."""
    values = {"before": now - BEHIND, "since": now - PATIENCE, "besides": list(besides)}
    return session.execute(_WAITING, values).first() is not None
