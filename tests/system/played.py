"""One installation played through a clock of its own: real IMAP and SMTP servers, the time is told by the test."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from alerts.context import AlertContext
from alerts.deliver import deliver_one
from alerts.digest import open_due_digests
from alerts.sender import SmtpSender
from config.words import NoticeState
from ingest.context import IngestContext
from ingest.process import process_batch
from smokewatch import answering
from store.database import Store
from store.outbox import Notice
from tests.alerts.sink import Sink, Taken
from tests.dovecot.box import Box
from workflow.sweep import BATCH, sweep_once
from workflow.upcoming import NEXT_REVIEW, next_reminder

MOST_STEPS = 500
"""Moments on which something falls due in one stretch of time; more is a clock that spins."""
_A_STEP = timedelta(seconds=10)
"""How often the sweep runs in life."""


@dataclass
class Played:
    """The installation, at `now`. `trusted` is what the receiving server says of mail from our own people."""

    store: Store
    box: Box
    sink: Sink
    sender: SmtpSender
    ctx: IngestContext
    alerts: AlertContext
    now: datetime
    trusted: str

    def arrive(self, raw: bytes) -> None:
        """Let a mail arrive in the mailbox, be fetched over IMAP and be read."""
        self.box.server.put(self.box.user, [raw], at=[self.now])
        self.box.poll(self.now, **self._mailbox())
        process_batch(self.store, self.box.handed, self.ctx, self.now)
        self.box.handed.clear()
        self.settle()

    def answer(self, mail: Taken, text: str) -> Taken:
        """Answer one of our mails as its reader would, and give the mail that comes back."""
        raw = answering.reply(mail.raw, text, self.now)
        self.arrive(f"Authentication-Results: {self.trusted}\r\n".encode() + raw)
        return self.newest(mail.recipient)

    def newest(self, to: str, words: str = "") -> Taken:
        """The newest mail to somebody whose subject holds the words."""
        found = [t for t in self.sink.to(to) if words in str(t.message["Subject"])]
        assert found, f"no mail to {to} about {words!r}"
        return found[-1]

    def pass_time(self, **span: float) -> None:
        """Let time pass, doing what falls due at its own moment."""
        until = self.now + timedelta(**span)
        for _ in range(MOST_STEPS):
            due = self._next_due()
            if due is None or due > until:
                break
            self.now = due
            self.settle()
        else:
            raise AssertionError("the clock spins")
        self.now = until
        self.settle()

    def settle(self) -> None:
        """Do what is due now, and send."""
        while sweep_once(self.store, self.ctx.workflow, self.now) >= BATCH:
            pass
        with self.store.transaction() as session:
            open_due_digests(session, self.alerts, self.now)
        while deliver_one(self.store, self.sender, self.alerts, self.now):
            pass

    def _next_due(self) -> datetime | None:
        with self.store.transaction() as session:
            waiting = select(func.min(Notice.not_before)).where(Notice.state == NoticeState.WAITING)
            found = (
                session.scalar(select(NEXT_REVIEW)),
                session.scalar(waiting),
                next_reminder(session, self.ctx.workflow, self.now),
            )
        return max(min(due), self.now + _A_STEP) if (due := [at for at in found if at is not None]) else None

    def _mailbox(self) -> dict[str, Any]:
        box = self.ctx.settings.mailboxes[0]
        return {"name": box.name, "address": box.address, "authserv_id": box.authserv_id, "team": box.team}
