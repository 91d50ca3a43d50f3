"""Runs pollers, workers and scheduled jobs of one process, and stops them in an order that loses nothing."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import dramatiq
import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from alerts.customer import deliver_customer_one
from alerts.deliver import deliver_one
from alerts.digest import open_due_digests
from alerts.sender import SmtpSender
from config.settings import Mailbox
from config.words import Channel
from ingest.poll import Poller
from ingest.searchable import fill_index
from ingest.take import Desk
from ingest.work import abandoned, unprocessed
from smokewatch import forgetting, gauges, metrics, room
from smokewatch.bootstrap import App, make_sender, utc_now
from smokewatch.health import Health
from smokewatch.memory import freeze
from smokewatch.schedule import Job, Schedule
from workflow.record import By
from workflow.sweep import sweep_once

log = structlog.get_logger("smokewatch.service")

REQUEUE_SECONDS = 30
RESCUE_SECONDS = 5
"""A killed worker's mails are left to it for 60 s, then read within so many more."""
REQUEUE_MOST = 5_000
"""Mails named again at once; a backlog after an outage comes in portions."""
SWEEP_SECONDS = 10
INDEX_SECONDS = 10
"""A mail can be found by search so long after it was read."""
DELIVER_SECONDS = 1
"""Idle look for notices that another process made; a worker's own wake it at once."""
DIGEST_SECONDS = 60
GAUGE_SECONDS = 15
RETENTION_SECONDS = 86_400
DRAIN_MS = 30_000
STOP_POLLING_SECONDS = 30


@dataclass(frozen=True)
class Roles:
    """What a process does."""

    poll: bool = False
    work: bool = False
    threads: int = 2


@dataclass
class Service:
    """One running process. `stop` may be called from a signal handler's thread, and twice."""

    app: App
    roles: Roles
    _pollers: list[threading.Thread] = field(default_factory=list)
    _no_more_mail: threading.Event = field(default_factory=threading.Event)
    _worker: dramatiq.Worker | None = None
    _schedule: Schedule | None = None
    _health: Health | None = None
    _sender: SmtpSender | None = None
    _refused: room.RefusedWrites = field(default_factory=room.RefusedWrites)

    def start(self) -> None:
        """Start everything this process does."""
        self._refused.watch(self.app.store.engine)
        jobs = [Job("gauges", GAUGE_SECONDS, self._gauges)]
        if self.roles.work:
            jobs += self._start_work()
        if self.roles.poll:
            self._pollers = [self._poller(box) for box in self.app.settings.mailboxes]
            for thread in self._pollers:
                thread.start()
        self._schedule = Schedule(jobs)
        self._schedule.start()
        settings = self.app.settings
        self._health = Health(settings.health_host, settings.health_port, alive=self._alive, ready=self._ready)
        self._health.start()

    def stop(self) -> None:
        """Stop taking mail in, finish what was begun, then close."""
        self._no_more_mail.set()
        for thread in self._pollers:
            thread.join(STOP_POLLING_SECONDS)
        if self._worker is not None:
            self._worker.stop(timeout=DRAIN_MS)
        if self._schedule is not None:
            self._schedule.stop()
        if self._sender is not None:
            self._sender.close()
        if self._health is not None:
            self._health.stop()

    def _start_work(self) -> list[Job]:
        assert self.app.queue is not None
        self._sender = make_sender(self.app.settings)
        jobs = [
            Job("requeue", REQUEUE_SECONDS, lambda: self._requeue(unprocessed)),
            Job("rescue", RESCUE_SECONDS, lambda: self._requeue(abandoned)),
            Job("sweep", SWEEP_SECONDS, self._sweep),
            Job("index", INDEX_SECONDS, self._index, first_after_seconds=INDEX_SECONDS),
            # Not at once: what waits in the mailbox must be read before it can stand in a digest.
            Job("digest", DIGEST_SECONDS, self._digests, first_after_seconds=DIGEST_SECONDS),
            Job("retention", RETENTION_SECONDS, self._expire, first_after_seconds=DIGEST_SECONDS),
        ]
        if self._sender is not None:
            deliver = Job("deliver", DELIVER_SECONDS, self._deliver)
            self.app.queue.broker.add_middleware(_WakeAfterWork(deliver.wake))
            jobs.append(deliver)
        freeze()
        self._worker = self.app.queue.worker(self.roles.threads)
        self._worker.start()
        return jobs

    def _poller(self, box: Mailbox) -> threading.Thread:
        poller = Poller(Desk(self.app.store, box, self._hand_over, self.app.settings.limits))
        return threading.Thread(
            target=poller.run, args=[self._no_more_mail, utc_now], name=f"poll {box.name}", daemon=True
        )

    def _hand_over(self, ids: Sequence[int]) -> None:
        assert self.app.queue is not None
        metrics.HANDED_OVER.inc(len(ids))
        self.app.queue.hand_over(ids)

    def _requeue(self, find: Callable[[Session, int, datetime], list[int]]) -> bool:
        with self.app.store.transaction() as session:
            ids = find(session, REQUEUE_MOST, utc_now())
        if ids:
            self._hand_over(ids)
        return False

    def _deliver(self) -> bool:
        assert self._sender is not None
        parts = self.app.store, self._sender, self.app.alerts
        return deliver_one(*parts, utc_now()) or deliver_customer_one(*parts, utc_now())

    def settle(self) -> None:
        """Do now what the schedule would do within a minute: find what is due, and open the digests."""
        while self._sweep():
            pass
        self._digests()

    def _sweep(self) -> bool:
        return sweep_once(self.app.store, self.app.workflow, utc_now()) > 0

    def _index(self) -> bool:
        return fill_index(self.app.store, self.app.settings.limits, utc_now()) > 0

    def _digests(self) -> bool:
        with self.app.store.transaction() as session:
            open_due_digests(session, self.app.alerts, utc_now())
        return False

    def _expire(self) -> bool:
        if days := self.app.settings.retention_days:
            by = By(None, "smokewatch", Channel.SYSTEM, utc_now(), "retention_days")
            forgetting.expire(self.app.store, days, by)
        return False

    def _gauges(self) -> bool:
        with self.app.store.transaction() as session:
            gauges.refresh(session, utc_now())
        return False

    def _alive(self) -> str | None:
        late = [job.name for job in (self._schedule.jobs if self._schedule else []) if job.is_late]
        return f"not done for too long: {', '.join(late)}" if late else None

    def _ready(self) -> str | None:
        try:
            with self.app.store.transaction() as session:
                read_only = session.execute(text("SHOW transaction_read_only")).scalar_one() == "on"
        except Exception as error:  # noqa: BLE001 - any failure means not ready
            return f"database: {type(error).__name__}"
        if read_only:
            return room.SENTENCES[room.READ_ONLY]
        return self._refused.sentence() or room.short_of_room(self.app.settings)


class _WakeAfterWork(dramatiq.Middleware):
    """Wakes the deliverer when a batch was processed, so that an alert leaves at once."""

    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake

    def after_process_message(self, *_: object, **__: object) -> None:
        self._wake.set()
