"""The sandbox of a drill: the real pipeline on a scratch schema, and a sender that keeps every mail back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from alerts.context import AlertContext
from alerts.deliver import deliver_one
from alerts.handover import Failed, Phase, Sent, Watch
from alerts.mail import OutgoingMail
from config.policy import Policy
from config.settings import Settings
from config.words import NoticeState
from ingest.context import IngestContext
from smokewatch.drill.company import found_company
from smokewatch.drill.scenario import Scenario
from smokewatch.replay.clock import SWEEPS_AT_ONCE
from smokewatch.replay.intake import Intake
from smokewatch.replay.mails import Spool
from store.database import Store
from store.outbox import Notice
from store.scratch import scratch
from workflow.context import Context
from workflow.sweep import BATCH, sweep_once
from workflow.upcoming import NEXT_REVIEW, next_reminder

MARK = "drill"
"""What our own mail carries in its loop header."""

_A_STEP = timedelta(seconds=10)
"""How often the sweep runs in life: what stays due is looked at again no sooner."""


@dataclass
class Keeper:
    """A sender that sends nothing: every mail is kept for the terminal."""

    kept: list[OutgoingMail] = field(default_factory=list)

    def open(self, now: datetime) -> Failed | None:  # noqa: ARG002 - the protocol of a sender
        """Always ready."""
        return None

    def send(self, mail: OutgoingMail, watch: Watch) -> Sent | Failed:
        """Keep the mail."""
        if not watch.before_dot():
            return Failed(permanent=False, phase=Phase.DATA, reason="claim")
        self.kept.append(mail)
        return Sent("kept")


@dataclass
class Stage:
    """One sandbox."""

    store: Store
    ctx: IngestContext
    alerts: AlertContext
    spool: Spool
    intake: Intake
    keeper: Keeper = field(default_factory=Keeper)

    def take(self, raw: bytes, at: datetime) -> None:
        """Let a mail arrive."""
        self.spool.add(raw, len(raw), at, MARK)
        self.intake.take(self.spool.arrivals[-1])

    def settle(self, now: datetime) -> list[OutgoingMail]:
        """Do what time has made due, and give the alerts that went out by it."""
        for _ in range(SWEEPS_AT_ONCE):
            if sweep_once(self.store, self.ctx.workflow, now) < BATCH:
                break
        before = len(self.keeper.kept)
        while deliver_one(self.store, self.keeper, self.alerts, now):
            pass
        return self.keeper.kept[before:]

    def next_due(self, now: datetime) -> datetime | None:
        """When something falls due next, after `now`."""
        with self.store.transaction() as session:
            waiting = select(func.min(Notice.not_before)).where(Notice.state == NoticeState.WAITING)
            found = (
                session.scalar(select(NEXT_REVIEW)),
                session.scalar(waiting),
                next_reminder(session, self.ctx.workflow, now),
            )
        return max(min(due), now + _A_STEP) if (due := [at for at in found if at is not None]) else None


@contextmanager
def stage(settings: Settings, policy: Policy, scenario: Scenario, source: str) -> Iterator[Stage]:
    """A sandbox with the scenario's company in it; its schema goes afterwards, or at the next start after a crash."""
    outgoing = settings.outgoing.model_copy(update={"smtp": None})
    alone = settings.model_copy(update={"our_domains": (), "mailboxes": (), "outgoing": outgoing})
    commands = policy.commands
    with scratch(settings.database_url) as store, Spool() as spool:
        with store.transaction() as session:
            found_company(session, scenario, source)
        ctx = IngestContext(alone, Context(policy, outgoing), MARK)
        alerts = AlertContext(outgoing, policy.alerts, MARK, commands.token_days, commands.confirm_hours)
        yield Stage(store, ctx, alerts, spool, Intake(store, ctx, spool))
