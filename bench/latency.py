"""Measures the time from a mail's delivery to the mailbox until its alert reaches the SMTP server, over IDLE.

Usage: python -m bench.latency [MAILS]
"""

import socket
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import SecretStr

from bench.engine import add_people
from config.settings import Mailbox, Outgoing, Security, Settings, Smtp
from smokewatch.bootstrap import build
from smokewatch.engines.imap import USER, LocalImap
from smokewatch.engines.postgres import Postgres
from smokewatch.engines.redis import Redis
from smokewatch.service import Roles, Service

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


def settings(home: Path, imap: LocalImap, smtp_port: int, urls: tuple[str, str]) -> Settings:
    """A company whose mailbox and outgoing server are on this machine."""
    box = Mailbox(
        name="help",
        address="help@us.example",
        host="127.0.0.1",
        port=imap.port,
        security=Security.PLAIN,
        user=USER,
        password=SecretStr(imap.password),
        team="support",
    )
    smtp = Smtp(host="127.0.0.1", port=smtp_port, security=Security.PLAIN)
    outgoing = Outgoing(
        from_address="smokewatch@alerts.us.example",
        reply_address="reply@alerts.us.example",
        bounce_address="bounce@alerts.us.example",
        escalation_address="escalate@alerts.us.example",
        smtp=smtp,
    )
    return Settings(
        var=home, database_url=urls[0], redis_url=urls[1], our_domains=("us.example",), mailbox=(box,),
        outgoing=outgoing, health_port=0, policy=calm(home),
    )  # fmt: skip


def calm(home: Path) -> Path:
    """A policy without quiet hours, budget or caps, which would hold alerts back on purpose."""
    path = home / "policy.toml"
    most = "daily_budget = 100000\ncap_per_hour_person = 100000\ncap_per_hour_total = 100000\n"
    path.write_text(f'[alerts]\nquiet_from = "00:00"\nquiet_until = "00:00"\n{most}', encoding="utf-8")
    return path


def main() -> None:
    """Deliver mails one by one and print the distribution."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    sink = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    smtp = Controller(sink, hostname="127.0.0.1", port=port)
    smtp.start()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        imap, postgres, redis = LocalImap(home / "imap"), Postgres(home / "pg"), Redis(home / "redis")
        imap.start()
        app = build(settings(home, imap, port, (postgres.start(), redis.start())), queue=True)
        add_people(app.settings.database_url)
        service = Service(app, Roles(poll=True, work=True))
        service.start()
        waits = sorted(measure(imap, sink, number) for number in range(count + 3))[:count]
        service.stop()
        app.close()
        redis.stop()
        postgres.stop()
        imap.stop()
    smtp.stop()
    show(waits)


def show(waits: list[float]) -> None:
    """Print the distribution of sorted waits."""
    shares = {"median": 0.5, "p90": 0.9, "p99": 0.99, "worst": 1.0}
    print(f"delivered to the mailbox -> alert taken by the SMTP server, {len(waits)} mails")
    for name, share in shares.items():
        print(f"{name:>8} {waits[min(len(waits) - 1, int(len(waits) * share))]:7.3f} s")


def measure(imap: LocalImap, sink: Sink, number: int) -> float:
    """Seconds until the alert about one mail is there."""
    began = time.perf_counter()
    imap.access.append(letter(number), datetime.now(UTC))
    while f"mark{number}" not in sink.seen:
        sink.news.wait(60)
        sink.news.clear()
    time.sleep(0.3)  # let the poller go back to IDLE, as between real mails
    return sink.seen[f"mark{number}"] - began


if __name__ == "__main__":
    main()
