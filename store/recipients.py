"""Remembers what bounces said about an address, so that a dead one gets no more mail."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from store.outbox import RecipientHealth

BLOCK = timedelta(days=60)
"""How long a hard bounce stops mail: long enough to notice somebody left, short enough to heal by itself."""

MOST_REASON_CHARACTERS = 300


def note_bounce(session: Session, address: str, hard: bool, reason: str, now: datetime) -> None:
    """Count one bounce. A hard one (RFC 3463 class 5) blocks the address for 60 days from `now`; a soft one never."""
    column = RecipientHealth.hard_bounces if hard else RecipientHealth.soft_bounces
    row = {"address": address.lower(), column.key: 1, "last_bounce_at": now, "last_reason": _cut(reason)}
    if hard:
        row["blocked_until"] = now + BLOCK
    changes = {key: value for key, value in row.items() if key not in ("address", column.key)}
    upsert = insert(RecipientHealth).values(row)
    session.execute(upsert.on_conflict_do_update(index_elements=["address"], set_={**changes, column.key: column + 1}))


def is_blocked(session: Session, address: str, now: datetime) -> bool:
    """Whether a hard bounce stops mail to this address now."""
    return blocked_until(session, address, now) is not None


def blocked_until(session: Session, address: str, now: datetime) -> datetime | None:
    """Until when mail to this address is stopped; None when it is not."""
    return session.scalar(
        select(RecipientHealth.blocked_until).where(
            RecipientHealth.address == address.lower(), RecipientHealth.blocked_until > now
        )
    )


def unblock(session: Session, address: str) -> bool:
    """Let mail to this address flow again; False when nothing is known about it."""
    health = session.get(RecipientHealth, address.lower())
    if health is None:
        return False
    health.blocked_until = None
    return True


def _cut(reason: str) -> str:
    return "".join(c if c.isprintable() else " " for c in reason)[:MOST_REASON_CHARACTERS]
