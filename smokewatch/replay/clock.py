"""Turns the simulated clock: from one due moment or mail to the next, each done at exactly its own time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from sqlalchemy.orm import Session

from smokewatch.replay.events import Event, Watcher
from store.database import Store
from workflow.context import Context
from workflow.sweep import BATCH, review_due, tell_due
from workflow.upcoming import next_reminder

SWEEPS_AT_ONCE = 20
"""Batches reviewed at one moment: one may ask for another, but never without end."""

_A_STEP = timedelta(seconds=10)
"""How often the sweep runs in life; what is due and does not move is looked at again no sooner."""


class Timed(Protocol):
    """Something that happens at a moment."""

    @property
    def at(self) -> datetime:
        """When, in UTC."""
        ...


Each = TypeVar("Each", bound=Timed)


@dataclass
class Clock(Generic[Each]):
    """One run over mails in the order of time. `take` does one and gives the id of its raw mail, if it is new."""

    store: Store
    ctx: Context
    arrivals: Sequence[Each]
    take: Callable[[Each], int | None]
    until: datetime
    progress: Callable[[int], None] = lambda _mails: None
    _swept: datetime | None = None
    _review: datetime | None = None
    _reminder: datetime | None = None
    _stale: bool = True

    def run(self) -> Iterator[Event]:
        """Every event in the order of time."""
        eyes = self.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        with eyes, Session(eyes) as session:
            watcher = Watcher(session)
            begin = self.arrivals[0].at if self.arrivals else self.until
            yield from self._look(watcher, session, begin)
            for arrival in self.arrivals:
                if arrival.at > self.until:
                    break
                yield from self._sweep_before(arrival.at, watcher, session)
                raw_id = self.take(arrival)
                yield from self._look(watcher, session, arrival.at, raw_id)
                self.progress(1)
            yield from self._sweep_before(self.until + timedelta(microseconds=1), watcher, session)

    def _sweep_before(self, moment: datetime, watcher: Watcher, session: Session) -> Iterator[Event]:
        """Do what falls due before `moment`, each at its time."""
        while (due := self._next_due()) is not None and due < moment:
            if self._review is not None and self._review <= due:
                self._review_all(due)
            if self._reminder is not None and self._reminder <= due:
                tell_due(self.store, self.ctx, due)
                self._stale = True
            self._swept = due
            yield from self._look(watcher, session, due)

    def _review_all(self, due: datetime) -> None:
        for _ in range(SWEEPS_AT_ONCE):
            if (review_due(self.store, self.ctx, due) or 0) < BATCH:
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
        if look.events or look.escalated or self._stale:
            self._reminder = next_reminder(session, self.ctx, now)
            self._stale = False
        yield from look.events
