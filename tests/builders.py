"""Small builders of the records many tests need."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from config.words import Direction, MailKind
from ingest.classify import Classified
from ingest.mail import Address, ParsedMail
from ingest.thread import Incoming

START = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)


def parsed(message_id: str, **changes: Any) -> ParsedMail:
    """A plain customer mail; name what differs."""
    base = ParsedMail(
        message_id=message_id,
        content_key=hashlib.sha256(message_id.encode()).digest(),
        from_addresses=(Address("ines@norvik.example", "Ines Dahl"),),
        from_headers=1,
        to=(Address("help@us.example"),),
        cc=(),
        reply_to=(),
        envelope_to=(),
        subject="Controller drops out",
        sent_at=START,
        in_reply_to=(),
        references=(),
        text="",
        new_text="",
        command_text="",
        html="",
        auto=None,
        auto_why="",
    )
    return replace(base, **changes)


def incoming(number: int, message_id: str, *references: str, account: int | None = None, **changes: Any) -> Incoming:
    """The mail as it comes to threading, `number` minutes after the start."""
    at = START + timedelta(minutes=number)
    mail = parsed(message_id, references=references, sent_at=at, **changes)
    return Incoming(number, b"", at, at, mail, Classified(MailKind.CUSTOMER, Direction.IN, ""), account)
