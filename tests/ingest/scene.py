"""A small company for tests of processing: one team, one manager, one agent, one customer, and mails to send."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.policy import load_policy
from config.settings import Mailbox, Outgoing, Settings
from ingest.context import IngestContext
from store.mail import Delivery, Folder, RawMail
from store.people import Account, AccountDomain, Person, Team
from workflow.context import Context

NOW = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)
LOOP_ID = "test-instance"


def context() -> IngestContext:
    """Settings of the small company."""
    box = Mailbox(name="help", address="help@us.example", host="localhost", authserv_id="mx.us.example", team="support")
    outgoing = Outgoing(
        from_address="smokewatch@esc.us.example",
        reply_address="reply@esc.us.example",
        bounce_address="bounce@esc.us.example",
        escalation_address="escalate@esc.us.example",
    )
    settings = Settings(our_domains=("us.example",), mailbox=(box,), outgoing=outgoing)
    return IngestContext(settings, Context(load_policy(), outgoing), LOOP_ID)


def people(session: Session) -> None:
    """Lena answers, Omar manages her; Norvik is the customer."""
    team = Team(name="support", zone="Europe/Berlin", mailboxes=["help@us.example"])
    account = Account(name="Norvik Pumps", tier="gold", arr=84000, created_at=NOW)
    session.add_all([team, account])
    session.flush()
    omar = Person(email="omar@us.example", name="Omar Haddad", handle="omar", role="manager", team_id=team.id)
    session.add_all([omar, AccountDomain(domain="norvik.example", account_id=account.id)])
    session.flush()
    session.add(
        Person(
            email="lena@us.example",
            name="Lena Vogt",
            handle="lena",
            role="agent",
            team_id=team.id,
            manager_id=omar.id,
        )
    )
    session.flush()


def letter(number: int, text: str, at: datetime = NOW, **headers: str) -> bytes:
    """A mail from the customer to the mailbox; `headers` replace or add (underscores stand for hyphens)."""
    fields = {
        "From": "Ines Dahl <ines@norvik.example>",
        "To": "help@us.example",
        "Subject": "Controller drops out",
        "Date": format_datetime(at),
        "Message-ID": f"<m{number}@norvik.example>",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    message = EmailMessage()
    for name, value in fields.items():
        if value:
            message[name] = value
    message.set_content(text)
    return message.as_bytes()


def keep(session: Session, raws: Sequence[bytes], at: datetime = NOW) -> list[int]:
    """Store raw mails as the poller would; returns their ids."""
    ids = []
    folder = session.scalar(select(Folder)) or Folder(mailbox="help", name="INBOX", uidvalidity=1)
    session.add(folder)
    for n, raw in enumerate(raws):
        digest = hashlib.sha256(raw).digest()
        known = session.scalar(select(RawMail.id).where(RawMail.sha256 == digest))
        row = RawMail(sha256=digest, body=raw, size=len(raw), received_at=at + timedelta(seconds=n), kept_at=at)
        if known is None:
            session.add(row)
            session.flush()
            seen = Delivery(folder_id=folder.id, uidvalidity=1, uid=row.id, raw_mail_id=row.id, received_at=at)
            session.add(seen)
        ids.append(known or row.id)
    return ids
