"""Measures the time from a mail's delivery to the mailbox until its alert reaches the SMTP server, over IDLE.

Over Dovecot, where it is installed, a second session idles in the mailbox and notes when the server announces the mail:
what passes before is the server's own delay, what passes after is ours. The local server slows down with a second
session, so over it only the whole time is measured.

Usage: python -m bench.latency [MAILS]
"""

import contextlib
import os
import queue
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from imapclient import IMAPClient
from pydantic import SecretStr

from bench.engine import add_people
from config.settings import Mailbox, Outgoing, Security, Settings, Smtp
from ingest.errors import ConnectionLost
from ingest.imap import open_imap
from ingest.timing import Timing
from smokewatch.bootstrap import build
from smokewatch.engines.imap import USER, LocalImap
from smokewatch.engines.postgres import Postgres
from smokewatch.engines.redis import Redis
from smokewatch.service import Roles, Service

WARM_UP = 3
"""Mails sent first that do not count: imports, connections and plans are made for them."""
PAUSE_SECONDS = 0.7
"""Lets the poller go back to IDLE between two mails, as between real ones."""
THREAT = "We will cancel our contract with you, this is the third time that nobody replies."


class Sink:
    """Takes every mail and remembers when the first one about each customer came."""

    def __init__(self) -> None:
        self.seen: dict[str, float] = {}
        self.news = threading.Event()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Look for the customer's mark in the alert."""
        at = time.perf_counter()
        text = (envelope.content or b"").decode("utf-8", "replace") if isinstance(envelope.content, bytes) else ""
        for word in text.replace("=\r\n", "").split():
            if word.startswith("mark") and word.strip(".,") not in self.seen:
                self.seen[word.strip(".,")] = at
                self.news.set()
        return "250 taken"


def letter(number: int) -> bytes:
    """A mail that raises an escalation at once."""
    message = EmailMessage()
    message["From"] = f"user@customer{number}.example"
    message["To"] = "help@us.example"
    message["Subject"] = f"mark{number} stops"
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = f"<latency.{number}.{time.time_ns()}@customer{number}.example>"
    message.set_content(THREAT)
    return message.as_bytes()


@dataclass(frozen=True)
class Source:
    """A mailbox on a server, and how mail is delivered to it."""

    server: str
    port: int
    user: str
    password: str
    deliver: Callable[[bytes], None]
    bears_witness: bool


@contextmanager
def dovecot() -> Iterator[Source]:
    """A private Dovecot, whose Maildir mail is written to as a delivery agent does."""
    from tests.dovecot.server import free_port, running  # noqa: PLC0415 - needs pytest, which a bare installation lacks

    with running(free_port()) as server:
        server.put("help", [])
        yield Source("Dovecot", server.port, "help", "secret", lambda raw: server.put("help", [raw]), True)


@contextmanager
def local(home: Path) -> Iterator[Source]:
    """The local server of `smokewatch up`, to which mail is appended."""
    imap = LocalImap(home / "imap")
    imap.start()
    with IMAPClient("127.0.0.1", imap.port, ssl=False) as client:
        client.login(USER, imap.password)
        yield Source("the local server", imap.port, USER, imap.password, lambda raw: client.append("INBOX", raw), False)
    imap.stop()


class Witness:
    """Idles in the mailbox beside the poller and notes when the server last announced a mail."""

    def __init__(self, source: Source) -> None:
        self.announced: queue.Queue[float] = queue.Queue()
        box = mailbox(source)
        self._imap = open_imap(box, None, Timing(), 1_000_000)
        self._imap.select("INBOX", readonly=True)
        self._imap.start_idle()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with contextlib.suppress(ConnectionLost):
            while True:
                self._imap.hear(3600)
                if self._imap.take_exists():
                    self.announced.put(time.perf_counter())


def mailbox(source: Source) -> Mailbox:
    """The settings of the mailbox."""
    return Mailbox(
        name="help", address="help@us.example", host="127.0.0.1", port=source.port, security=Security.PLAIN,
        user=source.user, password=SecretStr(source.password), team="support",
    )  # fmt: skip


def settings(home: Path, source: Source, smtp_port: int, urls: tuple[str, str]) -> Settings:
    """A company whose mailbox and outgoing server are on this machine."""
    smtp = Smtp(host="127.0.0.1", port=smtp_port, security=Security.PLAIN)
    outgoing = Outgoing(
        from_address="smokewatch@alerts.us.example",
        reply_address="reply@alerts.us.example",
        bounce_address="bounce@alerts.us.example",
        escalation_address="escalate@alerts.us.example",
        smtp=smtp,
    )
    return Settings(
        var=home, database_url=urls[0], redis_url=urls[1], our_domains=("us.example",), mailbox=(mailbox(source),),
        outgoing=outgoing, health_port=0, policy=calm(home),
    )  # fmt: skip


def calm(home: Path) -> Path:
    """A policy without quiet hours, budget or caps, which would hold alerts back on purpose."""
    path = home / "policy.toml"
    most = "daily_budget = 100000\ncap_per_hour_person = 100000\ncap_per_hour_total = 100000\n"
    path.write_text(f'[alerts]\nquiet_from = "00:00"\nquiet_until = "00:00"\n{most}', encoding="utf-8")
    return path


def main() -> None:
    """Deliver mails one by one over each server, and print the distributions."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as folder:
        sources = [local(Path(folder))]
        if shutil.which("dovecot", path=os.defpath + ":/usr/sbin:/usr/local/sbin"):
            sources.insert(0, dovecot())
        for opened in sources:
            with opened as source:
                show(source.server, run(source, count))


def run(source: Source, count: int) -> list["Wait"]:
    """Measure so many mails with an installation of its own; the first ones warm it up and do not count."""
    sink = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    smtp = Controller(sink, hostname="127.0.0.1", port=port)
    smtp.start()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        postgres, redis = Postgres(home / "pg"), Redis(home / "redis")
        app = build(settings(home, source, port, (postgres.start(), redis.start())), queue=True)
        add_people(app.settings.database_url)
        service = Service(app, Roles(poll=True, work=True))
        service.start()
        witness = Witness(source) if source.bears_witness else None
        waits = [measure(source, witness, sink, number) for number in range(count + WARM_UP)][WARM_UP:]
        service.stop()
        app.close()
        redis.stop()
        postgres.stop()
    smtp.stop()
    return waits


@dataclass(frozen=True)
class Wait:
    """Seconds from a mail's delivery until its alert was sent, and until the server announced it, where known."""

    whole: float
    server: float | None


def measure(source: Source, witness: Witness | None, sink: Sink, number: int) -> Wait:
    """How long one mail took."""
    began = time.perf_counter()
    source.deliver(letter(number))
    announced = witness.announced.get(timeout=60) - began if witness else None
    while f"mark{number}" not in sink.seen:
        sink.news.wait(60)
        sink.news.clear()
    time.sleep(PAUSE_SECONDS)
    return Wait(sink.seen[f"mark{number}"] - began, announced)


def show(server: str, waits: list[Wait]) -> None:
    """Print the distributions."""
    print(f"delivered to the mailbox -> alert taken by the SMTP server, {len(waits)} mails over {server}")
    columns = {
        "delivered -> announced": sorted(w.server for w in waits if w.server is not None),
        "announced -> alert": sorted(w.whole - w.server for w in waits if w.server is not None),
        "together": sorted(w.whole for w in waits),
    }
    for name, values in columns.items():
        if not values:
            continue
        shares = {"median": 0.5, "p90": 0.9, "p99": 0.99, "worst": 1.0}
        found = (f"{share} {values[min(len(values) - 1, int(len(values) * at))]:.3f} s" for share, at in shares.items())
        print(f"{name:>23}: " + ", ".join(found))


if __name__ == "__main__":
    main()
