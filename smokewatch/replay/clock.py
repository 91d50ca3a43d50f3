"""Turns the simulated clock: from one due moment or mail to the next, each done at exactly its own time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ingest.context import IngestContext
from ingest.keep import Place, keep
from ingest.process import process_batch
from smokewatch.replay.events import Event, Watcher
from smokewatch.replay.mails import Arrival, Spool
from store.database import Store
from store.mail import Folder
from workflow.sweep import BATCH, review_due, tell_due
from workflow.upcoming import next_reminder

SWEEPS_AT_ONCE = 20
"""Batches reviewed at one moment: one may ask for another, but never without end."""

_A_STEP = timedelta(seconds=10)
"""How often the sweep runs in life; what is due and does not move is looked at again no sooner."""


@dataclass
class Clock:
    """One run over a spool on a store of its own; `mails` and `parked` count what came of it."""

    store: Store
    ctx: IngestContext
    spool: Spool
    until: datetime
    progress: Callable[[int], None] = lambda _mails: None
    mails: int = 0
    parked: int = 0
    _folders: dict[str, int] = field(default_factory=dict)
    _swept: datetime | None = None
    _review: datetime | None = None
    _reminder: datetime | None = None

    def run(self) -> Iterator[Event]:
        """Every event in the order of time."""
        eyes = self.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        with eyes, Session(eyes) as session:
            watcher = Watcher(session)
            yield from self._look(watcher, session, self.spool.arrivals[0].at)
            for arrival in self.spool.arrivals:
                if arrival.at > self.until:
                    break
                yield from self._sweep_before(arrival.at, watcher, session)
                raw_id = self._take(arrival)
                yield from self._look(watcher, session, arrival.at, raw_id)
                self.progress(1)
            yield from self._sweep_before(self.until + timedelta(microseconds=1), watcher, session)

    def _sweep_before(self, moment: datetime, watcher: Watcher, session: Session) -> Iterator[Event]:
        """Do what falls due before `moment`, each at its time."""
        while (due := self._next_due()) is not None and due < moment:
            if self._review is not None and self._review <= due:
                self._review_all(due)
            if self._reminder is not None and self._reminder <= due:
                tell_due(self.store, self.ctx.workflow, due)
                self._reminder = next_reminder(session, self.ctx.workflow, due)
            self._swept = due
            yield from self._look(watcher, session, due)

    def _review_all(self, due: datetime) -> None:
        for _ in range(SWEEPS_AT_ONCE):
            if (review_due(self.store, self.ctx.workflow, due) or 0) < BATCH:
                break

    def _next_due(self) -> datetime | None:
        review = self._review
        if review is not None and self._swept is not None and review <= self._swept:
            review = self._swept + _A_STEP
        return min((at for at in (review, self._reminder) if at is not None), default=None)

    def _look(self, watcher: Watcher, session: Session, now: datetime, raw_mail: int | None = None) -> Iterator[Event]:
        """Tell what came, and learn what is due next; a reminder can only come of something that was told or read."""
        look = watcher.look(now, raw_mail)
        self._review = look.review
        if look.events or look.escalated or self._swept is None:
            self._reminder = next_reminder(session, self.ctx.workflow, now)
        yield from look.events

    def _take(self, arrival: Arrival) -> int | None:
        """Keep and process one mail as if it had just come; its id, None for one that is known already."""
        fetched = self.spool.fetched(arrival)
        folder = self._folder(arrival.mailbox)
        with self.store.transaction() as session:
            ids = keep(session, Place(folder, 1), [fetched], 0, arrival.at)
        if not ids:
            return None
        result = process_batch(self.store, ids, self.ctx, arrival.at)
        self.mails += 1
        self.parked += len(result.parked)
        return ids[0]

    def _folder(self, mailbox: str) -> int:
        if mailbox not in self._folders:
            with self.store.transaction() as session:
                folder = Folder(mailbox=mailbox, name="replay", uidvalidity=1)
                session.add(folder)
                session.flush()
                self._folders[mailbox] = folder.id
        return self._folders[mailbox]
