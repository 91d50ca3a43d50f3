"""Reads `[ESC-42]` in a subject, and believes it only from somebody who is already on that escalation."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ingest.classify import sender_of
from ingest.thread import Incoming
from store.mail import Conversation, Sighting
from store.record import Participant

_TOKEN = re.compile(r"\[ESC-(\d{1,9})\]")


def take_hints(session: Session, batch: Sequence[Incoming]) -> None:
    """Set `hint` on mails whose subject names an escalation that their sender belongs to."""
    for incoming in batch:
        found = _TOKEN.search(incoming.mail.subject)
        if found and not incoming.verdict.automatic:
            incoming.hint = _conversation(session, int(found[1]), incoming)


def _conversation(session: Session, escalation_id: int, incoming: Incoming) -> int | None:
    """The escalation's newest conversation, when the sender takes part in the escalation."""
    conversations = select(Conversation.id).where(Conversation.escalation_id == escalation_id)
    colleague = incoming.verdict.colleague
    if colleague is not None:
        known = session.get(Participant, (escalation_id, colleague.id)) is not None
    else:
        seen = Sighting.conversation_id.in_(conversations), Sighting.address == sender_of(incoming.mail)
        known = session.scalar(select(Sighting.address).where(*seen).limit(1)) is not None
    if not known:
        return None
    newest = conversations.where(Conversation.merged_into.is_(None)).order_by(Conversation.last_at.desc()).limit(1)
    return session.scalar(newest)
