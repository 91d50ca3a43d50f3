"""The work table: which kept mails wait, who has taken them, and how they ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from config.words import RawState
from store.bulk import among, just, one_of
from store.mail import RawMail

CLAIM = timedelta(seconds=60)
"""How long a taken mail is left to its worker; a killed worker's mails are taken again after this."""

MOST_ATTEMPTS = 3
"""Attempts are counted before the work, so that a mail that kills its worker is found out too."""


_FREE = or_(RawMail.claimed_until.is_(None), RawMail.claimed_until <= bindparam("now"))
_THESE = one_of(RawMail.id, "ids"), RawMail.state == RawState.KEPT
_CLAIM = (
    update(RawMail)
    .where(*_THESE, _FREE, (RawMail.attempts > 0) == bindparam("again"))
    .values(attempts=RawMail.attempts + 1, claimed_until=bindparam("until"))
    .returning(RawMail.id, RawMail.body, RawMail.received_at, RawMail.attempts)
    .execution_options(synchronize_session=False)
)
_TRIED = select(RawMail.id).where(*_THESE, _FREE, RawMail.attempts > 0).order_by(RawMail.id)
_STILL_WAITING = select(RawMail.id).where(*_THESE).order_by(RawMail.id).with_for_update()
_FINISH = (
    update(RawMail)
    .where(one_of(RawMail.id, "ids"))
    .values(state=bindparam("to"), reason=bindparam("why"), done_at=bindparam("now"), claimed_until=None)
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True)
class Kept:
    """One raw mail to be read."""

    id: int
    body: bytes
    received_at: datetime
    attempts: int


def claim(session: Session, ids: Sequence[int], now: datetime, *, again: bool = False) -> list[Kept]:
    """Take the waiting mails among `ids`, counting an attempt for each.

    Mails tried before are left out unless `again` is set: one of them may have killed its worker, so the caller
    takes them one at a time and its neighbours stay innocent.
    """
    rows = session.execute(_CLAIM, {"ids": list(ids), "now": now, "again": again, "until": now + CLAIM})
    return sorted((Kept(*row) for row in rows), key=lambda kept: kept.id)


def tried_before(session: Session, ids: Sequence[int], now: datetime) -> list[int]:
    """The waiting mails among `ids` that were tried and not finished."""
    return list(session.scalars(_TRIED, {"ids": list(ids), "now": now}))


def release(session: Session, ids: Sequence[int]) -> None:
    """Give mails back that a passing fault (not the mail) kept from being read; the attempt is not counted."""
    back = update(RawMail).where(among(RawMail.id, ids), RawMail.state == RawState.KEPT)
    session.execute(back.values(attempts=RawMail.attempts - 1, claimed_until=None))


def still_waiting(session: Session, ids: Sequence[int]) -> set[int]:
    """Lock the mails and tell which nobody has finished in the meantime."""
    return set(session.scalars(_STILL_WAITING, {"ids": list(ids)}))


def finish(session: Session, ids: Sequence[int], state: RawState, reason: str | None, now: datetime) -> None:
    """End the work on mails with the same outcome."""
    session.execute(_FINISH, {"ids": list(ids), "to": state.value, "why": reason, "now": now})


def park(session: Session, raw_id: int, code: str, sentence: str, now: datetime) -> None:
    """Put a mail aside with its error; it is listed, kept, and can be run again."""
    done = update(RawMail).where(RawMail.id == raw_id)
    values = {"state": RawState.PARKED.value, "reason": code, "error": sentence, "done_at": now, "claimed_until": None}
    session.execute(done.values(values))


def retry(session: Session, ids: Sequence[int]) -> int:
    """Let parked mails be read again; how many there were."""
    back = update(RawMail).where(among(RawMail.id, ids), RawMail.state == RawState.PARKED)
    again = session.execute(
        back.values(state=RawState.KEPT.value, attempts=0, reason=None, error=None, done_at=None).returning(RawMail.id)
    )
    return len(again.all())


def unprocessed(session: Session, limit: int, now: datetime) -> list[int]:
    """Kept mails nobody works on, oldest first: what a sweep hands over again when the queue has lost it."""
    rows = select(RawMail.id).where(just(RawMail.state, RawState.KEPT), _FREE).order_by(RawMail.id).limit(limit)
    return list(session.scalars(rows, {"now": now}))


def abandoned(session: Session, limit: int, now: datetime) -> list[int]:
    """Kept mails whose worker died or froze over them, oldest first: the few that need not wait for the next sweep."""
    rows = select(RawMail.id).where(RawMail.state == RawState.KEPT, RawMail.claimed_until <= now)
    return list(session.scalars(rows.order_by(RawMail.id).limit(limit)))
