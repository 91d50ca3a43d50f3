"""Stores one mail of a conversation, as filing would."""

import hashlib
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from store.mail import Conversation, Message, RawMail

_numbers = count()


def letter(session: Session, conversation: Conversation, text: str, at: datetime, **changes: Any) -> Message:
    """A customer's mail; name what differs. `raw` is its bytes."""
    raw = changes.pop("raw", f"Subject: {next(_numbers)}\n\n{text}".encode())
    digest = hashlib.sha256(raw).digest()
    kept = RawMail(sha256=digest, body=raw, size=len(raw), received_at=at, kept_at=at, state="parsed")
    session.add(kept)
    session.flush()
    values: dict[str, Any] = {
        "conversation_id": conversation.id,
        "raw_mail_id": kept.id,
        "content_key": digest,
        "message_id": f"<{digest.hex()[:12]}@norvik.example>",
        "message_id_hash": digest,
        "kind": "customer",
        "direction": "in",
        "from_address": "ines@norvik.example",
        "from_name": "Ines Dahl",
        "to_addresses": ["help@us.example"],
        "cc_addresses": [],
        "subject": "Pump stands",
        "sent_at": at,
        "received_at": at,
        "new_text": text,
        "language": "en",
        "reading": {},
        "reading_version": "1",
    }
    made = Message(**(values | changes))
    session.add(made)
    session.flush()
    return made
