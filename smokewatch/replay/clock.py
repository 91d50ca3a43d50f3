"""Turns the simulated clock: from one due moment or mail to the next, each done at exactly its own time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from ingest.context import IngestContext
from ingest.keep import Place, keep
from ingest.process import process_batch
from smokewatch.replay.events import Event, Watcher
from smokewatch.replay.mails import Arrival, Spool
from store.database import Store
from store.mail import Conversation, Folder, Message
from workflow.sweep import BATCH, sweep_once
from workflow.upcoming import next_reminder, next_review

SWEEPS_AT_ONCE = 20
"""Sweeps of one moment: one may bring another, but never without end."""

_A_STEP = timedelta(seconds=10)
"""How often the sweep runs in life; what is due and does not move is looked at again no sooner."""


@dataclass
class Clock:
    """One run over a spool on a store of its own."""

    store: Store
    ctx: IngestContext
    spool: Spool
    until: datetime
    progress: Callable[[int], None] = lambda _mails: None
    mails: int = 0
    parked: int = 0
    _folders: dict[str, int] = field(default_factory=dict)
    _swept: datetime | None = None
    _reminder: datetime | None = None

    def run(self) -> Iterator[Event]:
        """Every event in the order of time."""
        with self.store.transaction() as session:
            watcher = Watcher(session)
        for arrival in self.spool.arrivals:
            if arrival.at > self.until:
                break
            yield from self._sweep_before(arrival.at, watcher)
            self._take(arrival)
            yield from self._news(watcher, arrival.at)
            self.progress(1)
        yield from self._sweep_before(self.until + timedelta(microseconds=1), watcher)

    def _sweep_before(self, moment: datetime, watcher: Watcher) -> Iterator[Event]:
        """Do what falls due before `moment`, each at its time."""
        while (due := self._next_due()) is not None and due < moment:
            for _ in range(SWEEPS_AT_ONCE):
                done = sweep_once(self.store, self.ctx.workflow, due)
                if done < BATCH:
                    break
            self._swept = due
            self._look_for_reminders(due)
            yield from self._news(watcher, due)

    def _next_due(self) -> datetime | None:
        with self.store.transaction() as session:
            review = next_review(session)
        if review is not None and self._swept is not None and review <= self._swept:
            review = self._swept + _A_STEP
        return min((at for at in (review, self._reminder) if at is not None), default=None)

    def _look_for_reminders(self, now: datetime) -> None:
        with self.store.transaction() as session:
            self._reminder = next_reminder(session, self.ctx.workflow, now)

    def _take(self, arrival: Arrival) -> None:
        """Keep and process one mail as if it had just come."""
        fetched = self.spool.fetched(arrival)
        with self.store.transaction() as session:
            ids = keep(session, Place(self._folder(arrival.mailbox), 1), [fetched], 0, arrival.at)
        if not ids:
            return
        result = process_batch(self.store, ids, self.ctx, arrival.at)
        self.mails += 1
        self.parked += len(result.parked)
        if result.parsed and self._on_escalation(result.parsed):
            self._look_for_reminders(arrival.at)

    def _on_escalation(self, raw_ids: list[int]) -> bool:
        query = select(Conversation.escalation_id).join(Message, Message.conversation_id == Conversation.id)
        with self.store.transaction() as session:
            return any(session.scalars(query.where(Message.raw_mail_id.in_(raw_ids))))

    def _folder(self, mailbox: str) -> int:
        if mailbox not in self._folders:
            with self.store.transaction() as session:
                folder = Folder(mailbox=mailbox, name="replay", uidvalidity=1)
                session.add(folder)
                session.flush()
                self._folders[mailbox] = folder.id
        return self._folders[mailbox]

    def _news(self, watcher: Watcher, now: datetime) -> list[Event]:
        with self.store.transaction() as session:
            return watcher.news(session, now)
