"""Takes in what is new in one folder: search, fetch, keep, hand over, tidy; batch by batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from psycopg.errors import DeadlockDetected
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from config.killpoint import killpoint
from config.settings import Limits, Mailbox
from ingest.errors import ConnectionLost, Fenced, Refused, Throttled
from ingest.fetch import (
    BATCH_MAILS,
    LIMITS,
    SIZES_AT_ONCE,
    Fetched,
    Fetcher,
    Head,
    Trouble,
    failed,
    first_batch,
    heads,
    search,
)
from ingest.imap import Imap, Selected
from ingest.keep import Place, keep
from ingest.lease import Held
from ingest.tidy import leaves, leftovers, tidy
from ingest.timing import Timing
from store.database import Store
from store.mail import Delivery

HandOver = Callable[[Sequence[int]], None]
"""Is told the ids of raw mails that have just been committed."""

TURN = 5_000
"""Mails taken from one folder before the others, the clock and a stop are looked at again."""

RETRY_AFTER = timedelta(seconds=30)
"""Between two tries at a UID that failed; a burst of new mail must not use up its tries in a second."""

RETRIES_AT_ONCE = 50

_log = structlog.get_logger(__name__)

_RESET = text("""
    UPDATE folder SET uidvalidity = :uidvalidity, last_uid = 0
    WHERE id = :folder AND lease_epoch = :epoch RETURNING id
""")


@dataclass(frozen=True)
class Desk:
    """What every step of intake needs."""

    store: Store
    mailbox: Mailbox
    hand_over: HandOver
    limits: Limits = field(default_factory=Limits)
    timing: Timing = field(default_factory=Timing)


@dataclass
class Taken:
    """What one turn at a folder brought. `more`: the turn ended before the folder did."""

    kept: int = 0
    seen: int = 0
    more: bool = False
    note: str | None = None


class FolderTaker:
    """Remembers between turns what one folder has taught: how large a batch its server survives."""

    def __init__(self, desk: Desk, stopping: Callable[[], bool] = lambda: False) -> None:
        self._desk, self._stopping = desk, stopping
        self._mails = BATCH_MAILS
        self._retried_at: datetime | None = None
        self._tidied_on: Imap | None = None

    def take(self, imap: Imap, held: Held, now: datetime) -> Taken:
        """One turn. Raises `ConnectionLost`, `Throttled`, `Fenced`, and `Refused` when the folder cannot be opened."""
        desk = self._desk
        selected = imap.select(held.name, readonly=leaves(desk.mailbox, held.name))
        place, last = self._place(held, selected)
        turn = _Turn(desk, imap, selected, place, held.name)
        self._catch_up(turn, imap)
        for uids in search(imap, selected, last):
            self._take_new(turn, uids, now)
            if turn.taken.more:
                return turn.taken
        if self._retried_at is None or now - self._retried_at >= RETRY_AFTER:
            self._retried_at = now
            turn.retry(now)
        return turn.taken

    def _place(self, held: Held, selected: Selected) -> tuple[Place, int]:
        """Where to go on. A new UIDVALIDITY, or a UIDNEXT that fell back, makes all UIDs new: from 0 again."""
        place = Place(held.folder_id, selected.uidvalidity, held.epoch)
        fell_back = 0 < selected.uidnext <= held.last_uid
        if held.uidvalidity == selected.uidvalidity and not fell_back:
            return place, held.last_uid
        with self._desk.store.transaction() as session:
            given = {"uidvalidity": place.uidvalidity, "folder": place.folder_id, "epoch": place.epoch}
            if session.execute(_RESET, given).one_or_none() is None:
                raise Fenced(f"folder {held.name!r} was taken over by another poller")
        if held.uidvalidity is not None:
            _log.warning("folder_rescan", mailbox=self._desk.mailbox.name, folder=held.name, fell_back=fell_back)
        return place, 0

    def _catch_up(self, turn: "_Turn", imap: Imap) -> None:
        """Once per connection, tidy what an earlier crash left between commit and tidying."""
        if self._tidied_on is imap or leaves(self._desk.mailbox, turn.name):
            return
        with self._desk.store.transaction() as session:
            left = list(leftovers(session, imap, self._desk.mailbox, turn.selected, turn.place))
        for uids in left:
            turn.tidy(uids)
        self._tidied_on = imap

    def _take_new(self, turn: "_Turn", uids: Sequence[int], now: datetime) -> None:
        for start in range(0, len(uids), SIZES_AT_ONCE):
            turn.taken.more = turn.taken.seen >= TURN or self._stopping()
            if turn.taken.more:
                return
            self._take_portion(turn, uids[start : start + SIZES_AT_ONCE], now)

    def _take_portion(self, turn: "_Turn", uids: Sequence[int], now: datetime) -> None:
        known = heads(turn.imap, uids)
        turn.keep([failed(uid, Trouble.MISSING, now) for uid in uids if uid not in known], 0, now)
        waiting = [known[uid] for uid in uids if uid in known]
        while waiting and not self._stopping():
            batch = first_batch(waiting, self._mails)
            waiting = waiting[len(batch) :]
            self._take_batch(turn, batch, batch[-1].uid if waiting else uids[-1], now)
        if not known:
            turn.keep([], uids[-1], now)

    def _take_batch(self, turn: "_Turn", batch: Sequence[Head], cursor: int, now: datetime) -> None:
        """Fetch and keep. After a broken connection go on with single mails, to find the one that may break it."""
        try:
            fetched = turn.fetcher.fetch(batch, now)
        except (ConnectionLost, Throttled):
            self._mails = 1
            if len(batch) == 1:
                turn.keep([failed(batch[0].uid, Trouble.CUT, now)], batch[0].uid, now)
            raise
        self._mails = min(BATCH_MAILS, self._mails * 2)
        killpoint("K4")
        turn.keep(fetched, cursor, now)


class _Turn:
    """One turn at one open folder."""

    def __init__(self, desk: Desk, imap: Imap, selected: Selected, place: Place, name: str) -> None:
        self.desk, self.imap, self.selected, self.place, self.name = desk, imap, selected, place, name
        self.fetcher = Fetcher(imap, desk.timing, desk.limits.mail_bytes)
        self.taken = Taken()

    def keep(self, fetched: Sequence[Fetched], cursor: int, now: datetime) -> None:
        """Commit, then hand over, then tidy."""
        if not fetched and not cursor:
            return
        new = commit(self.desk.store, self.place, fetched, cursor, now)
        killpoint("K6")
        hand_over(self.desk.hand_over, new, self.desk.mailbox.name)
        killpoint("K7")
        self.taken.kept += len(new)
        self.taken.seen += len(fetched)
        self.tidy([f.uid for f in fetched if f.raw is not None and not f.truncated])

    def tidy(self, uids: Sequence[int]) -> None:
        """Tidy on the server; its refusal (a full mailbox, a missing right) is noted and stops nothing."""
        if not uids or leaves(self.desk.mailbox, self.name):
            return
        try:
            tidy(self.imap, self.desk.mailbox, self.selected, uids)
        except Refused as error:
            self.taken.note = f"kept mail could not be tidied ({self.desk.mailbox.after_keep}): {error}"
            _log.warning("tidy_refused", mailbox=self.desk.mailbox.name, folder=self.name, uids=len(uids))

    def retry(self, now: datetime, troubles: Sequence[Trouble] = tuple(LIMITS)) -> None:
        """Try again what failed before; last, so that a mail that breaks the connection delays no other."""
        waiting = (
            select(Delivery.uid, Delivery.misses, Delivery.problem)
            .where(Delivery.folder_id == self.place.folder_id, Delivery.uidvalidity == self.place.uidvalidity)
            .where(Delivery.raw_mail_id.is_(None), Delivery.problem.in_([t.value for t in troubles]))
            .order_by(Delivery.misses, Delivery.uid)
            .limit(RETRIES_AT_ONCE)
        )
        with self.desk.store.transaction() as session:
            rows = session.execute(waiting).all()
        for uid, misses, problem in rows:
            self._retry_one(uid, misses, str(problem), now)

    def _retry_one(self, uid: int, misses: int, problem: str, now: datetime) -> None:
        try:
            head = heads(self.imap, [uid]).get(uid)
            found = self.fetcher.fetch([head], now)[0] if head else failed(uid, Trouble.MISSING, now)
        except (ConnectionLost, Throttled):
            self.keep([failed(uid, Trouble.CUT, now, misses)], 0, now)
            raise
        if found.problem in LIMITS:
            # Gone means missed twice: earlier failures of another kind do not count towards it.
            before = 0 if found.problem is Trouble.MISSING and problem != Trouble.MISSING else misses
            found = failed(uid, found.problem, now, before)
        self.keep([found], 0, now)


def commit(store: Store, place: Place, fetched: Sequence[Fetched], cursor: int, now: datetime) -> list[int]:
    """Keep in one transaction; the new raw ids. One mail reaching two mailboxes at once may deadlock: then again."""
    for last in (False, False, True):
        try:
            with store.transaction() as session:
                return keep(session, place, fetched, cursor, now)
        except OperationalError as error:
            if last or not isinstance(error.orig, DeadlockDetected):
                raise
    raise AssertionError


def hand_over(act: HandOver, raw_ids: Sequence[int], mailbox: str) -> None:
    """Tell the queue. When it is down the sweep finds the mails later; intake goes on."""
    if not raw_ids:
        return
    try:
        act(raw_ids)
    except Exception as error:  # noqa: BLE001 - whatever the queue raises must not stop intake
        _log.warning("hand_over_failed", mailbox=mailbox, count=len(raw_ids), error=type(error).__name__)
