"""Keeps this installation's secret keys: made on first use, two live at once, the newest one signs."""

import secrets
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.outbox import InstanceKey

KEY_BYTES = 32
"""As long as the hash it feeds (RFC 2104, section 3)."""

LIVE = 2
"""Addresses signed with the key before the newest stay good, so a rotation breaks no answer under way."""


def live_keys(session: Session, purpose: str) -> list[InstanceKey]:
    """The keys that are still accepted, newest first; empty before the first use."""
    found = select(InstanceKey).where(InstanceKey.purpose == purpose, InstanceKey.retired_at.is_(None))
    return list(session.scalars(found.order_by(InstanceKey.id.desc()).limit(LIVE)))


def signing_key(session: Session, purpose: str) -> InstanceKey:
    """The key to sign with, made when there is none; two processes starting at once make one.

    A first key carries the database's time: no rule reads it, and so no caller needs a clock to sign.
    """
    keys = live_keys(session, purpose)
    if not keys:
        _lock(session, purpose)
        keys = live_keys(session, purpose) or [
            _make(session, purpose, session.execute(select(func.now())).scalar_one())
        ]
    return keys[0]


def rotate(session: Session, purpose: str, now: datetime) -> InstanceKey:
    """Make a new signing key; the one before it is still accepted, older ones are retired."""
    _lock(session, purpose)
    made = _make(session, purpose, now)
    accepted = {key.id for key in live_keys(session, purpose)}
    old = select(InstanceKey).where(InstanceKey.purpose == purpose, InstanceKey.retired_at.is_(None))
    for key in session.scalars(old.where(InstanceKey.id.not_in(accepted))):
        key.retired_at = now
    session.flush()
    return made


def _lock(session: Session, purpose: str) -> None:
    """Held to the end of the transaction; a second maker then finds the first one's committed key."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"instance_key:{purpose}"))))


def _make(session: Session, purpose: str, now: datetime) -> InstanceKey:
    key = InstanceKey(purpose=purpose, secret=secrets.token_bytes(KEY_BYTES), made_at=now)
    session.add(key)
    session.flush()
    return key
