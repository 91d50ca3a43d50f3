"""Files a batch of read mails: accounts, conversations, messages, sightings - then what each kind asks for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from config.words import Direction, Doubt, MailKind, RawState
from ingest import work
from ingest.accounts import find_accounts, make_provisional, note_contacts
from ingest.act import act
from ingest.classify import sender_of
from ingest.context import IngestContext
from ingest.directory import Directory
from ingest.hints import take_hints
from ingest.listen import listen_again
from ingest.merge import merge_conversations
from ingest.newcomers import mark_newcomers
from ingest.suggest import suggest
from ingest.thread import Incoming, thread
from ingest.titles import note_titles
from store.backlog import is_behind
from store.bulk import insert_rows, one_of
from store.mail import Attachment, Conversation, Message, Sighting
from workflow.assess import assess, review_later
from workflow.gather import HEARD


@dataclass
class Filed:
    """What became of the mails, by raw mail id."""

    parsed: list[int] = field(default_factory=list)
    ignored: list[int] = field(default_factory=list)


def file_batch(
    session: Session, batch: Sequence[Incoming], ctx: IngestContext, directory: Directory, now: datetime
) -> Filed:
    """Do all that follows from these mails in the caller's transaction."""
    new, copies = _without_copies(session, batch)
    if copies:
        work.finish(session, [i.raw_id for i in copies], RawState.IGNORED, "a copy of a mail already here", now)
    if new:
        _find_accounts(session, new, directory, now)
        take_hints(session, new)
        touched = _thread(session, new, ctx, now)
        mark_newcomers(session, new)
        ids = _store_messages(session, new, directory)
        _extend(session, new)
        _store_attachments(session, new, ids)
        _note_people(session, new, directory)
        note_titles(session, new, ids)
        act(session, list(zip(new, ids, strict=True)), ctx, directory, now)
        if is_behind(session, now, [i.raw_id for i in new]):
            review_later(session, touched, now)
        else:
            assess(session, sorted(touched), ctx.workflow, now)
        work.finish(session, [i.raw_id for i in new], RawState.PARSED, None, now)
    return Filed([i.raw_id for i in new], [i.raw_id for i in copies])


_SEEN = select(Message.content_key).where(one_of(Message.content_key, "keys"))


def _without_copies(session: Session, batch: Sequence[Incoming]) -> tuple[list[Incoming], list[Incoming]]:
    """Part the mails from second deliveries of the same mail (another mailbox, a re-import, a moved mail)."""
    seen = set(session.scalars(_SEEN, {"keys": [i.mail.content_key for i in batch]}))
    new: list[Incoming] = []
    copies: list[Incoming] = []
    for incoming in batch:
        (copies if incoming.mail.content_key in seen else new).append(incoming)
        seen.add(incoming.mail.content_key)
    return new, copies


def _find_accounts(session: Session, batch: Sequence[Incoming], directory: Directory, now: datetime) -> None:
    """A customer's mail belongs to the sender's account, ours to that of the first outside recipient."""
    outside = {id(i): _outside_address(i, directory) for i in batch}
    found = find_accounts(session, outside.values())
    strangers = {
        outside[id(i)]
        for i in batch
        if i.verdict.kind is MailKind.CUSTOMER and outside[id(i)] and outside[id(i)] not in found
    }
    found |= make_provisional(session, strangers, now)
    for incoming in batch:
        incoming.account_id = found.get(outside[id(incoming)])


def _outside_address(incoming: Incoming, directory: Directory) -> str:
    if incoming.verdict.automatic:
        return ""
    if incoming.verdict.direction is Direction.IN:
        return sender_of(incoming.mail)
    recipients = (a.email for a in (*incoming.mail.to, *incoming.mail.cc))
    return next((a for a in recipients if not directory.is_ours(a)), "")


_LOCKED = (
    # NO KEY UPDATE: other workers' new rows may go on referring to these conversations; a full lock would deadlock.
    select(Conversation.id)
    .where(one_of(Conversation.id, "ids"))
    .order_by(Conversation.id)
    .with_for_update(key_share=True)
)


def _thread(session: Session, batch: Sequence[Incoming], ctx: IngestContext, now: datetime) -> set[int]:
    """Thread, lock the conversations in order of id, and do the merges.

    Returns the conversations that the signals must look at.
    """
    merges = thread(session, batch)
    merges += suggest(session, batch, ctx.workflow.policy.threading)
    ids = {i.conversation_id for i in batch} | {m.source for m in merges} | {m.target for m in merges}
    session.execute(_LOCKED, {"ids": list(ids)})
    moved = {m.source: m.target for m in merges if merge_conversations(session, m, now)}
    for incoming in batch:
        while incoming.conversation_id in moved:
            incoming.conversation_id = moved[incoming.conversation_id]
    return {i.conversation_id for i in batch if i.verdict.kind in HEARD} | set(moved.values())


_EXTEND = text("""
    UPDATE conversation c
    SET first_at = least(c.first_at, v.first_at), last_at = greatest(c.last_at, v.last_at),
        account_id = coalesce(c.account_id, v.account_id), team_id = coalesce(c.team_id, v.team_id),
        language = coalesce(c.language, v.language)
    FROM unnest(CAST(:ids AS bigint[]), CAST(:first AS timestamptz[]), CAST(:last AS timestamptz[]),
                CAST(:accounts AS bigint[]), CAST(:teams AS bigint[]), CAST(:languages AS text[]))
         AS v (id, first_at, last_at, account_id, team_id, language)
    WHERE c.id = v.id
""")


def _extend(session: Session, batch: Sequence[Incoming]) -> None:
    """Bring the conversations' dates, accounts and teams up to the new mails, all in one statement."""
    groups: dict[int, list[Incoming]] = defaultdict(list)
    for incoming in batch:
        groups[incoming.conversation_id].append(incoming)
    values = {
        "ids": list(groups),
        "first": [min(i.sent_at for i in mails) for mails in groups.values()],
        "last": [max(i.sent_at for i in mails) for mails in groups.values()],
        "accounts": [_first(i.account_id for i in mails) for mails in groups.values()],
        "teams": [_first(i.team_id for i in mails) for mails in groups.values()],
        "languages": [_first(i.reading.language for i in mails) for mails in groups.values()],
    }
    session.execute(_EXTEND, values)


def _first(values: Iterable[object]) -> object | None:
    """The first that says anything."""
    return next((value for value in values if value), None)


def _store_messages(session: Session, batch: Sequence[Incoming], directory: Directory) -> list[int]:
    for incoming in batch:
        listen_again(incoming, directory)
    return insert_rows(session, Message, [_row(incoming) for incoming in batch])


def _row(incoming: Incoming) -> dict[str, object]:
    mail, verdict, reading = incoming.mail, incoming.verdict, incoming.reading
    first = mail.from_addresses[0] if mail.from_addresses else None
    return {
        "conversation_id": incoming.conversation_id,
        "raw_mail_id": incoming.raw_id,
        "content_key": mail.content_key,
        "message_id": mail.message_id,
        "message_id_hash": incoming.own_hash,
        "kind": verdict.kind.value,
        "direction": verdict.direction.value,
        "from_address": first.email if first else "",
        "from_name": first.name if first else "",
        "person_id": verdict.colleague.id if verdict.colleague else None,
        "account_id": incoming.account_id,
        "to_addresses": [a.email for a in mail.to],
        "cc_addresses": [a.email for a in mail.cc],
        "subject": mail.subject,
        "sent_at": incoming.sent_at,
        "received_at": incoming.received_at,
        "new_text": mail.new_text,
        "language": reading.language or None,
        "reading": reading.to_json(),
        "reading_version": reading.lexicon_version,
        "details": {"why": verdict.why, "attachments": len(mail.attachments), "problems": list(mail.problems)}
        | ({"doubt": verdict.doubt.value} if verdict.doubt else {}),
    }


def _store_attachments(session: Session, batch: Sequence[Incoming], ids: Sequence[int]) -> None:
    rows = [
        {
            "message_id": message_id,
            "position": a.position,
            "sha256": a.sha256,
            "name": a.name,
            "content_type": a.content_type,
            "size": a.size,
        }
        for incoming, message_id in zip(batch, ids, strict=True)
        for a in incoming.mail.attachments
    ]
    insert_rows(session, Attachment, rows)


_SEEN_AGAIN = """
    ON CONFLICT (conversation_id, address) DO UPDATE
    SET first_at = least(sighting.first_at, excluded.first_at), last_at = greatest(sighting.last_at, excluded.last_at)
"""


def _note_people(session: Session, batch: Sequence[Incoming], directory: Directory) -> None:
    """Remember who was seen where, and customers who wrote."""
    heard = [i for i in batch if i.verdict.kind in HEARD]
    contacts = {}
    for incoming in heard:
        sender = sender_of(incoming.mail)
        if incoming.verdict.kind is MailKind.CUSTOMER and incoming.account_id and sender:
            contacts[sender] = (incoming.account_id, incoming.mail.from_addresses[0].name, incoming.sent_at)
    note_contacts(session, contacts)
    # Who came in uninvited is not noted as one of the conversation, nor is whom he addressed.
    belonging = [i for i in heard if i.verdict.doubt is not Doubt.PARTICIPANT]
    rows = sorted(_sightings(belonging, directory), key=lambda r: (r["conversation_id"], r["address"]))
    insert_rows(session, Sighting, rows, then=_SEEN_AGAIN, giving="conversation_id")


def _sightings(heard: Iterable[Incoming], directory: Directory) -> list[dict[str, object]]:
    """One row per (conversation, outside address) of the batch."""
    found: dict[tuple[int, str], dict[str, object]] = {}
    for i in sorted(heard, key=lambda i: i.sent_at):
        for a in (*i.mail.from_addresses, *i.mail.to, *i.mail.cc):
            if not a.email or directory.is_ours(a.email):
                continue
            row = {"conversation_id": i.conversation_id, "address": a.email, "account_id": i.account_id}
            row = found.setdefault((i.conversation_id, a.email), row | {"first_at": i.sent_at})
            row["last_at"] = i.sent_at
    return list(found.values())
