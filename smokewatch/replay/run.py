"""Runs one replay from its inputs to its events, on a scratch schema that is gone afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.policy import Policy
from config.settings import Settings
from ingest.context import IngestContext
from smokewatch.replay.clock import Clock
from smokewatch.replay.events import Event
from smokewatch.replay.intake import Intake
from smokewatch.replay.mails import Arrival, Spool
from smokewatch.replay.scenery import Files, copy_company, furnish, read_files, read_history
from store.database import Store
from store.scratch import scratch
from workflow.context import Context

AFTERWARDS = timedelta(days=30)
"""How long the clock goes on after the last mail: the promises in it fall due, and silence tells."""


@dataclass(frozen=True)
class Replay:
    """What to run. `real` is the installation to take people from when there are no files; `mark` is its own mail's."""

    settings: Settings
    policy: Policy
    spool: Spool
    files: Files = field(default_factory=Files)
    real: Store | None = None
    mark: str = "replay"
    until: datetime | None = None
    progress: Callable[[int], None] = lambda _mails: None

    @contextmanager
    def started(self) -> Iterator["Started"]:
        """The replay, set up and not yet running; its schema lives as long as the block."""
        texts, history = read_files(self.files), read_history(self.files.history)
        first, last = self.spool.arrivals[0].at, self.spool.arrivals[-1].at
        with scratch(self.settings.database_url) as store:
            with store.transaction() as session:
                if self.real is not None and not self.files.given:
                    copy_company(self.real, session)
                else:
                    furnish(session, texts, history, first)
            ctx = IngestContext(self._company(), Context(self.policy, self.settings.outgoing), self.mark)
            intake = Intake(store, ctx, self.spool)
            until = self.until or last + AFTERWARDS
            clock = Clock(store, ctx.workflow, self.spool.arrivals, intake.take, until, self.progress)
            yield Started(store, intake, clock)

    def _company(self) -> Settings:
        """With set-up files, who is us is told by them alone: people, and the mailboxes of their teams."""
        if not self.files.given:
            return self.settings
        return self.settings.model_copy(update={"our_domains": (), "mailboxes": ()})


@dataclass(frozen=True)
class Started:
    """A replay that is under way: `run` gives its events, `intake` counts its mails, `store` holds its end."""

    store: Store
    intake: Intake
    clock: Clock[Arrival]

    def run(self) -> Iterator[Event]:
        """Every event in the order of time."""
        return self.clock.run()
