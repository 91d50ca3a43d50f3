"""Marks a mail of somebody outside who joined another account's conversation and was brought in by nobody (A43)."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import Doubt, MailKind
from ingest.classify import sender_of
from ingest.thread import Incoming
from store.bulk import among
from store.mail import Sighting
from workflow.gather import HEARD


def mark_newcomers(session: Session, batch: Sequence[Incoming]) -> None:
    """Set the doubt of each such mail; reading headers, anybody who knows a Message-ID can join a conversation.

    Whoever wrote there before, or was addressed by one who belongs there, is no newcomer. Costs nothing where senders
    and conversations are of the same account.
    """
    strange = [i for i in batch if _is_strange(i)]
    if not strange:
        return
    seen = _seen(session, strange)
    for incoming in sorted(batch, key=lambda i: (i.sent_at, i.raw_id)):
        place = incoming.conversation_id
        if _is_strange(incoming) and (place, sender_of(incoming.mail)) not in seen:
            incoming.verdict = replace(incoming.verdict, doubt=incoming.verdict.doubt or Doubt.PARTICIPANT)
        elif incoming.verdict.kind in HEARD and incoming.verdict.doubt is None:
            mail = incoming.mail
            seen |= {(place, a.email) for a in (*mail.from_addresses, *mail.to, *mail.cc)}


def _is_strange(incoming: Incoming) -> bool:
    is_customer = incoming.verdict.kind is MailKind.CUSTOMER
    return is_customer and incoming.joined_account not in (None, incoming.account_id)


def _seen(session: Session, strange: Sequence[Incoming]) -> set[tuple[int, str]]:
    """Who was seen in those conversations already."""
    rows = session.execute(
        select(Sighting.conversation_id, Sighting.address).where(
            among(Sighting.conversation_id, {i.conversation_id for i in strange}),
            among(Sighting.address, {sender_of(i.mail) for i in strange}),
        )
    )
    return {(conversation, address) for conversation, address in rows}
