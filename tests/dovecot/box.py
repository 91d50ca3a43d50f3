"""One mailbox on the test server, the store its mail goes to, and ways to look at both."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient
from pydantic import SecretStr
from sqlalchemy import select

from config.settings import Limits, Mailbox
from ingest.poll import Poller, Standing
from ingest.take import Desk
from ingest.timing import Timing
from store.database import Store
from store.mail import Delivery, Folder, RawMail
from tests.dovecot.server import Dovecot

NOW = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)

QUICK = Timing(connect=5, read=5, command=10, check=5, login_gap=0, lease=3, standby=0.2, slice=0.2)
"""Times for tests: nothing waits for long, and a lease ends soon."""


def mail(number: int) -> bytes:
    """A small mail that differs from every other number's."""
    return (
        f"From: Ann <ann@customer.example>\r\nTo: support@example.org\r\nSubject: Case {number}\r\n"
        f"Message-ID: <m{number}@customer.example>\r\nDate: Wed, 06 May 2026 08:00:00 +0000\r\n\r\n"
        f"Hello, is there any news? ({number})\r\n"
    ).encode()


def mails(count: int, first: int = 0) -> list[bytes]:
    """`count` small mails, numbered from `first`."""
    return [mail(number) for number in range(first, first + count)]


@dataclass
class Box:
    """A mailbox of a user that no other test has; `handed` are the raw ids that were handed over, in order."""

    server: Dovecot
    user: str
    store: Store
    handed: list[int] = field(default_factory=list)

    def put(self, mails: Sequence[bytes], folder: str = "INBOX") -> None:
        """Deliver mails."""
        self.server.put(self.user, mails, folder)

    def client(self) -> IMAPClient:
        """Somebody else's session in the same mailbox."""
        return self.server.client(self.user)

    def mailbox(self, **changes: object) -> Mailbox:
        """The mailbox's settings."""
        given: dict[str, object] = {
            "name": self.user,
            "address": f"{self.user}@example.org",
            "host": "127.0.0.1",
            "port": self.server.port,
            "security": "plain",
            "user": self.user,
            "password": SecretStr("secret"),
            "poll_seconds": 5,
        }
        return Mailbox.model_validate(given | changes)

    def poller(self, *, timing: Timing = QUICK, mail_bytes: int = 25_000_000, **changes: object) -> Poller:
        """A poller of this mailbox; further arguments change its settings."""
        limits = Limits(mail_bytes=mail_bytes)
        return Poller(Desk(self.store, self.mailbox(**changes), self.handed.extend, limits, timing))

    def poll(self, now: datetime = NOW, *, mail_bytes: int = 25_000_000, **changes: Any) -> int:
        """Poll once with a fresh poller; how many mails were new."""
        poller = self.poller(mail_bytes=mail_bytes, **changes)
        polled = poller.poll_once(now)
        poller.close()
        assert polled.standing is Standing.WATCHING, self.folders()[0].last_error
        return polled.kept

    def bodies(self) -> list[bytes]:
        """Every kept mail, in the order of keeping."""
        with self.store.transaction() as session:
            return list(session.scalars(select(RawMail.body).order_by(RawMail.id)))

    def deliveries(self) -> list[Delivery]:
        """The ledger."""
        with self.store.transaction() as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.uidvalidity, Delivery.uid)))

    def folders(self) -> list[Folder]:
        """The watched folders."""
        with self.store.transaction() as session:
            return list(session.scalars(select(Folder).order_by(Folder.id)))
