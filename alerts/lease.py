"""A deliverer's claim on one notice: renewed while it works, and void the moment another takes over."""

import time
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from config.words import NoticeState
from store.bulk import just
from store.database import Store
from store.outbox import Notice

LEASE = timedelta(seconds=80)
"""Longer than the longest single step of the sender, and all that a killed deliverer delays its notice by."""

RENEW_SECONDS = 15
MOST_LOST_COMPOSINGS = 3
COMPOSING, SENDING, AFTER_DOT = "composing", "sending", "after_dot"


class Claim:
    """One notice in this deliverer's hands. `attempt` is the fence: whoever claims later has a higher one.

    `uncertain` says that an earlier attempt ended after the final dot without an answer.
    `lost` says that the last attempts ended while the mail was being written, so it may be what kills the process.
    """

    def __init__(self, store: Store, notice: Notice, now: datetime) -> None:
        self.notice_id, self.attempt = notice.id, notice.attempts
        self.uncertain = notice.phase == AFTER_DOT
        self.lost = notice.phase == COMPOSING and notice.attempts > MOST_LOST_COMPOSINGS
        self._store, self._now = store, now
        self._began = self._renewed = time.monotonic()

    def held(self, session: Session) -> Notice | None:
        """The notice, locked for this transaction; None when the claim is void."""
        mine = select(Notice).where(
            Notice.id == self.notice_id, Notice.attempts == self.attempt, Notice.state == NoticeState.WAITING
        )
        return session.scalar(mine.with_for_update())

    def alive(self) -> None:
        """Renew the claim when enough time has passed."""
        if time.monotonic() - self._renewed >= RENEW_SECONDS:
            self._write()

    def before_dot(self) -> bool:
        """Write down that a copy may be with the server from now on; False when the claim is void.

        This is what keeps a frozen deliverer, thawed after another took its notice over, from sending it again.
        """
        return self._write(phase=AFTER_DOT, repeats=Notice.repeats + (1 if self.uncertain else 0))

    def _write(self, **values: object) -> bool:
        self._renewed = time.monotonic()
        until = self._now + timedelta(seconds=self._renewed - self._began) + LEASE
        mine = update(Notice).where(
            Notice.id == self.notice_id, Notice.attempts == self.attempt, Notice.state == NoticeState.WAITING
        )
        with self._store.transaction() as session:
            found = session.execute(mine.values(claimed_until=until, **values).returning(Notice.id))
            return found.first() is not None


def due(now: datetime) -> ColumnElement[bool]:
    """The clause for notices that may be claimed."""
    free = or_(Notice.claimed_until.is_(None), Notice.claimed_until <= now)
    return and_(just(Notice.state, NoticeState.WAITING), Notice.not_before <= now, free)


def claim_one(store: Store, now: datetime) -> Claim | None:
    """Take the most pressing due notice, counting the attempt before anything can go wrong with it."""
    with store.transaction() as session:
        order = (Notice.urgent.desc(), Notice.weight.desc(), Notice.not_before, Notice.id)
        free = select(Notice).where(due(now)).order_by(*order).limit(1).with_for_update(skip_locked=True)
        notice = session.scalar(free)
        if notice is None:
            return None
        notice.attempts += 1
        claim = Claim(store, notice, now)
        notice.claimed_until = now + LEASE
        if not claim.uncertain:
            notice.phase = COMPOSING
        return claim
