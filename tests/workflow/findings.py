"""Puts messages and live findings on the desk's escalation."""

import hashlib

from sqlalchemy import select

from store.mail import Conversation, Message, RawMail
from store.risk import FindingRow
from tests.workflow.desk import Desk


def add_message(desk: Desk, conversation: Conversation, text: str) -> Message:
    """A mail of the customer in this conversation."""
    digest = hashlib.sha256(text.encode()).digest()
    raw = RawMail(sha256=digest, body=text.encode(), size=len(text), received_at=desk.now, kept_at=desk.now)
    desk.session.add(raw)
    desk.session.flush()
    message = Message(
        conversation_id=conversation.id,
        raw_mail_id=raw.id,
        content_key=digest,
        message_id=f"<{digest.hex()[:8]}@norvik.example>",
        message_id_hash=digest,
        kind="customer",
        direction="in",
        from_address="ines@norvik.example",
        from_name="Ines Dahl",
        to_addresses=["help@us.example"],
        cc_addresses=[],
        subject=conversation.subject,
        sent_at=desk.now,
        received_at=desk.now,
        new_text=text,
        reading={},
        reading_version="1",
    )
    desk.session.add(message)
    desk.session.flush()
    return message


def add_finding(desk: Desk, signal: str) -> int:
    """A live finding of this signal, proved by a mail of its own; its id."""
    conversation = desk.session.scalars(
        select(Conversation).where(Conversation.escalation_id == desk.esc.id).limit(1)
    ).one()
    message = add_message(desk, conversation, f"proof of {signal}")
    finding = FindingRow(
        conversation_id=conversation.id,
        signal=signal,
        level=2,
        from_level=0,
        strength=0.8,
        contribution=0.3,
        rule_id=f"{signal}.1",
        lexicon_version="1",
        message_id=message.id,
        start=0,
        end=5,
        quote="proof",
        features={},
        clears_when="they say so",
        found_at=desk.now,
        last_evidence_at=desk.now,
    )
    desk.session.add(finding)
    desk.session.flush()
    return finding.id
