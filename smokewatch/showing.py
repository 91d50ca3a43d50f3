"""Tells the story of one run on the terminal: what was found at the start, then each thing that happens."""

import sys
import threading
from collections.abc import Hashable
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.text import Text
from sqlalchemy import select

from config.settings import Settings
from smokewatch import report
from smokewatch.bootstrap import App, utc_now
from smokewatch.engines.local import is_sample
from store.mail import Folder
from store.record import Escalation

LOOK_SECONDS = 1.0
LOOK_BACK = timedelta(minutes=2)
"""Longer than any transaction that changes an escalation or marks a mail as sent."""
KINDS = {
    "new_escalation": "new escalation", "risk_up": "risk has risen", "promise_due": "promise due soon",
    "promise_missed": "promise missed", "no_answer": "no answer yet", "executive_joined": "executive joined",
    "owner_changed": "new owner", "mention": "mention",
    "handover": "hand-over", "answer": "answer to a command", "confirm": "please confirm",
    "duty_overdue": "duty overdue", "digest": "digest", "quiet": "gone quiet", "admin": "note for the admin",
}  # fmt: skip


class Scene:
    """One run. `first` says whether the sample mailbox was set up by this run."""

    def __init__(self, app: App, out: Console, outbox: Path, *, first: bool) -> None:
        self._app = app
        self._out = out
        self._outbox = outbox
        self._first = first
        self.began = utc_now()
        self._seen: set[Hashable] = set()

    def opening(self, settings: Settings) -> None:
        """Say what was read, raised and sent, where it can be read, and how to answer."""
        now = utc_now()
        with self._app.store.transaction() as session:
            self._title(settings)
            self._out.print(report.mails_line(session))
            self._failures([*session.scalars(select(Folder).where(Folder.failing_since.is_not(None)))])
            views = report.open_escalations(session, now)
            self._out.print()
            if not views:
                self._out.print("No escalation is open.")
            report.show_escalations(self._out, views)
            self._out.print()
            report.show_sent(self._out, report.sent_since(session, self.began))
        if (self._app.settings.outgoing.smtp is not None and settings.outgoing.smtp is None) or is_sample(settings):
            self._how_to_read(views[0].number if views else None)

    def watch(self, stopping: threading.Event) -> None:
        """Print a line for each thing that happens, until told to stop."""
        self._news()
        self._out.print(Text("\nWatching. Ctrl-C stops.", style="bold"))
        while not stopping.wait(LOOK_SECONDS):
            for at, text in self._news():
                self._out.print(Text(f"{at.astimezone():%H:%M:%S}  ", style="dim").append(text, style=""))

    def _news(self) -> list[tuple[datetime, str]]:
        """What was not told yet. Times are set before a commit, so a moment is looked at again and again."""
        since = utc_now() - LOOK_BACK
        news: list[tuple[datetime, str]] = []
        with self._app.store.transaction() as session:
            for esc in session.scalars(select(Escalation).where(Escalation.changed_at >= since)):
                text = f"{esc.number} is {esc.state.replace('_', ' ')}, risk {esc.risk}: {esc.title}"
                news += self._once((esc.id, esc.version), esc.changed_at, text)
            for mail in report.sent_since(session, since):
                about = f" about {mail.number}" if mail.number else ""
                news += self._once(mail, mail.at, f"{KINDS.get(mail.kind, mail.kind)}{about} sent to {mail.name}")
        return sorted(news)

    def _once(self, key: Hashable, at: datetime, text: str) -> list[tuple[datetime, str]]:
        if key in self._seen:
            return []
        self._seen.add(key)
        return [(at, text)]

    def _title(self, settings: Settings) -> None:
        if is_sample(settings):
            mailbox = "the sample mailbox of a made-up company" + ("" if self._first else ", as left by the last run")
        else:
            mailbox = ", ".join(box.address for box in settings.mailboxes)
        self._out.print(Text("Smokewatch", style="bold").append(f" watches {mailbox}.\n", style=""))

    def _failures(self, folders: list[Folder]) -> None:
        for folder in folders:
            self._out.print(Text(f"{folder.mailbox} {folder.name}: {folder.last_error}", style="red"))

    def _how_to_read(self, number: str | None) -> None:
        out = self._out
        out.print(
            Text("Nothing left this machine: the mails lie in ").append(f"{self._shown(self._outbox)}/", style="bold")
        )
        if number is None:
            return
        text = report.first_mail(self._outbox, number)
        lines = {
            "Read one:  ": f"less {self._shown(text or self._outbox)}",
            "Answer it: ": f'{self._program()} answer {number} "ack"',
            "All of it: ": f"{self._program()} show {number}",
        }
        out.print()
        for title, command in lines.items():
            out.print(Text(title).append(command, style="bold cyan"), soft_wrap=True)

    def _program(self) -> str:
        """How this program was called, as short as it can be typed."""
        return self._shown(Path(sys.argv[0])) if Path(sys.argv[0]).name == "smokewatch" else "smokewatch"

    @staticmethod
    def _shown(path: Path) -> str:
        try:
            return str(path.resolve().relative_to(Path.cwd()))
        except ValueError:
            return str(path)
