"""Empties stored mail: everything of one person on request, and whatever the retention time has passed."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, and_, cast, delete, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Session

from config.killpoint import killpoint
from config.words import NoticeKind, RawState, State
from smokewatch.forgetcustomer import empty_customer, forget_customer
from store import audit
from store.database import Store
from store.incidents import Trace
from store.mail import GONE, Attachment, Conversation, Message, RawMail, Sighting
from store.outbox import Notice, RecipientHealth
from store.people import Contact
from store.record import Escalation, SignOff
from store.risk import FindingRow, Promise, ShadowFinding
from store.roster import Absence
from workflow.change import By, Step, append

BATCH = 500
"""Mails emptied in one transaction, so that none holds locks for long."""
_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_FROM = re.compile(rb"(?:^|[\r\n])from[ \t]*:([^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*)", re.IGNORECASE)
_NO_MESSAGE = ~exists().where(Message.raw_mail_id == RawMail.id)


def count(session: Session, address: str) -> dict[str, int]:
    """How much is stored of an address; `unread` are parked mails, and copies of mails that were read."""
    return {
        "messages": session.scalar(select(func.count()).where(Message.from_address == address)) or 0,
        "named_in": session.scalar(select(func.count()).select_from(Message).where(_addressed(address))) or 0,
        "contacts": session.scalar(select(func.count()).where(Contact.email == address)) or 0,
        "unread": len(_unread_of(session, address)),
    }


def forget(session: Session, address: str, by: By) -> dict[str, int]:
    """Remove the address and what it wrote; the audit notes that it was done, with a hash in place of the address."""
    counted = count(session, address)
    pseudonym = "forgotten-" + hashlib.sha256(address.encode()).hexdigest()[:12]
    written = list(session.scalars(select(Message.id).where(Message.from_address == address)))
    for start in range(0, len(written), BATCH):
        empty(session, written[start : start + BATCH])
    _empty_unread(session, _unread_of(session, address), by.now, "its sender was forgotten")
    session.execute(update(Message).where(Message.from_address == address).values(from_address=pseudonym, from_name=""))
    for column in (Message.to_addresses, Message.cc_addresses):
        session.execute(
            update(Message)
            .where(column.contains([address]))
            .values({column: func.array_replace(column, address, pseudonym)})
        )
    session.execute(update(SignOff).where(SignOff.by_address == address).values(by_address=pseudonym))
    forget_customer(session, address, pseudonym)
    session.execute(delete(Contact).where(Contact.email == address))
    session.execute(delete(Sighting).where(Sighting.address == address))
    session.execute(delete(RecipientHealth).where(RecipientHealth.address == address))
    _scrub_notices(session, address)
    detail = {"address_sha256": hashlib.sha256(address.encode()).hexdigest(), **counted}
    audit.record(session, audit.Change(audit.SYSTEM, by.now, by.actor, by.channel, "forgotten", detail=detail))
    return counted


def expire(store: Store, days: int, by: By, *, dry_run: bool = False) -> int:
    """Empty mails of conversations without activity for so long and without an open escalation; how many.

    Bytes that no message came of (parked mails, second deliveries, mails left aside) go by their own age. The audit
    notes how many there were, batch by batch.
    """
    before, total = by.now - timedelta(days=days), 0
    for find, clear in ((_expired, _empty_read), (_expired_unread, _expire_unread)):
        found = True
        while found:
            with store.transaction() as session:
                ids = find(session, before, None if dry_run else BATCH)
                total += len(ids)
                found = bool(ids) and not dry_run
                if found:
                    clear(session, ids, by.now)
                    detail = {"mails": len(ids), "days": days}
                    append(session, by, audit.SYSTEM, Step("old mail emptied", detail=detail))
                    killpoint("K28")
    return total


def _empty_read(session: Session, ids: Sequence[int], _now: datetime) -> None:
    empty(session, ids)


def _expire_unread(session: Session, ids: Sequence[int], now: datetime) -> None:
    _empty_unread(session, ids, now, "kept for as long as the settings say")


def empty(session: Session, message_ids: Sequence[int]) -> None:
    """Take the content out of messages. The rows stay: they are the ledger of what was received."""
    ids = list(message_ids)
    raw_ids = select(Message.raw_mail_id).where(Message.id.in_(ids))
    session.execute(update(RawMail).where(RawMail.id.in_(raw_ids)).values(body=b""))
    session.execute(
        update(Message).where(Message.id.in_(ids)).values(new_text="", subject=GONE, reading={}, details={})
    )
    _empty_titles(session, ids)
    session.execute(update(Attachment).where(Attachment.message_id.in_(ids)).values(name=GONE))
    session.execute(update(FindingRow).where(FindingRow.message_id.in_(ids)).values(quote=GONE, features={}))
    session.execute(update(ShadowFinding).where(ShadowFinding.message_id.in_(ids)).values(quote=GONE))
    session.execute(delete(Trace).where(Trace.message_id.in_(ids)))
    session.execute(update(Absence).where(Absence.message_id.in_(ids)).values(quote=GONE))
    session.execute(update(Promise).where(Promise.message_id.in_(ids)).values(quote=GONE))
    session.execute(update(SignOff).where(SignOff.message_id.in_(ids)).values(quote=GONE))
    empty_customer(session, ids)
    for message_id in ids:
        found = text("facts->'evidence' @> jsonb_build_array(jsonb_build_object('message_id', CAST(:id AS bigint)))")
        session.execute(
            update(Notice).where(found.bindparams(id=message_id)).values(facts={"why": GONE, "evidence": []})
        )
    _empty_pages(session, ids)


def _empty_pages(session: Session, ids: list[int]) -> None:
    """Take status pages and closeout forms, which quote the thread, out of answers that were sent about it."""
    thread = select(Message.conversation_id).where(Message.id.in_(ids))
    about = select(Conversation.escalation_id).where(Conversation.id.in_(thread))
    left = cast(Notice.facts, JSONB).op("-")("pages").op("-")("form")
    session.execute(
        update(Notice)
        .where(Notice.kind == NoticeKind.ANSWER, Notice.escalation_id.in_(about))
        .values(facts=left)
        .execution_options(synchronize_session=False)
    )


def _empty_titles(session: Session, ids: list[int]) -> None:
    """Take out the subject a conversation has from its first mail, and the words an escalation was opened for."""
    first = Message.id.in_(ids), Message.conversation_id == Conversation.id, Message.sent_at <= Conversation.first_at
    begun = select(Conversation.id).where(select(Message.id).where(*first).exists())
    about = select(Conversation.escalation_id)
    session.execute(
        update(Escalation).where(Escalation.id.in_(about.where(Conversation.id.in_(begun)))).values(title=GONE)
    )
    quoted = select(FindingRow.conversation_id).where(FindingRow.message_id.in_(ids))
    session.execute(
        update(Escalation).where(Escalation.id.in_(about.where(Conversation.id.in_(quoted)))).values(opened_why=GONE)
    )
    session.execute(update(Conversation).where(Conversation.id.in_(begun)).values(subject=GONE))


def _empty_unread(session: Session, ids: Sequence[int], now: datetime, why: str) -> None:
    """Empty raw mails that no message came of; parked ones are ended, since there is nothing left to be read again."""
    chosen = update(RawMail).where(RawMail.id.in_(ids)).execution_options(synchronize_session=False)
    session.execute(chosen.values(body=b"", error=None))
    ended = {"state": RawState.IGNORED.value, "reason": why, "done_at": now}
    session.execute(chosen.where(RawMail.state == RawState.PARKED).values(ended))


def _unread_of(session: Session, address: str) -> list[int]:
    """What the person wrote and no message came of: second deliveries of a mail, mails left aside, parked mails."""
    # "escape" shows ASCII as it is, whatever else the mail holds; the text of a mail may hold no NUL, its bytes may.
    names = func.lower(func.encode(RawMail.body, "escape")).contains(address, autoescape=True)
    found = session.execute(select(RawMail.id, RawMail.body).where(_NO_MESSAGE, names))
    return [key for key, body in found if _is_from(body, address)]


def _is_from(raw: bytes, address: str) -> bool:
    """Whether any From field names the address. The header of a parked mail may be one that no program reads alike."""
    header = _BLANK_LINE.split(raw, maxsplit=1)[0]
    exactly = re.compile(rb"(?<![\w.+-])" + re.escape(address.encode()) + rb"(?![\w-]|\.\w)", re.IGNORECASE)
    return any(exactly.search(field) for field in _FROM.findall(header))


def _expired(session: Session, before: datetime, most: int | None) -> list[int]:
    query = (
        select(Message.id)
        .join(RawMail, RawMail.id == Message.raw_mail_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .outerjoin(Escalation, Escalation.id == Conversation.escalation_id)
        .where(Conversation.last_at < before, RawMail.body != b"")
        .where(or_(Escalation.id.is_(None), Escalation.state == State.CLOSED))
        .order_by(Message.id)
        .limit(most)
    )
    return list(session.scalars(query))


def _expired_unread(session: Session, before: datetime, most: int | None) -> list[int]:
    """Copies go by the mail's age, as messages do; a parked mail by ours, so that an old one can be looked at first."""
    old = or_(
        and_(RawMail.state == RawState.PARKED, RawMail.kept_at < before),
        and_(RawMail.state.in_([RawState.IGNORED, RawState.PARSED]), RawMail.received_at < before),
    )
    query = select(RawMail.id).where(_NO_MESSAGE, RawMail.body != b"", old).order_by(RawMail.id).limit(most)
    return list(session.scalars(query))


def _addressed(address: str) -> Any:
    wanted = cast([address], ARRAY(TEXT))
    return or_(Message.to_addresses.overlap(wanted), Message.cc_addresses.overlap(wanted))


def _scrub_notices(session: Session, address: str) -> None:
    mentions = cast(Notice.facts, String).icontains(address, autoescape=True)
    session.execute(update(Notice).where(mentions).values(facts={"why": GONE, "evidence": []}))
