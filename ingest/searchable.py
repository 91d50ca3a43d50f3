"""Fills the search index outside of the hot path: batch by batch what is due, each kind of text from its own table."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVarTuple

import structlog
from sqlalchemy import Select, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from config.fold import fold
from config.settings import Limits
from config.words import MailKind
from ingest.filetext import file_text, has_text
from ingest.mail import Unreadable
from ingest.read import attachment_bytes
from signals.language import identify
from store.bulk import among
from store.database import Store
from store.files import Blob, Document
from store.index import Source
from store.indexing import WORK, Findable, closeout_text, may_fill, settle, take_in, waiting
from store.mail import GONE, Attachment, Message, RawMail
from store.people import Person
from store.record import Closeout, Comment
from store.setbacks import one_by_one

log = structlog.get_logger()

BATCH = 200
"""Texts of one kind in one transaction: a second's work, so that who empties texts does not wait for longer."""
FILES = 10
"""Files in one transaction: for each its whole mail is read again."""
_UNHEARD = (MailKind.OWN, MailKind.COMMAND)
"""Our own alerts quote what is found anyway; what a command says stands in the record."""


def fill_index(store: Store, limits: Limits, now: datetime) -> int:
    """Index one batch of each kind of text; how many rows were settled. Any number of workers may try at once."""
    total = 0
    for kind in Source:
        with store.transaction() as session:
            if may_fill(session):
                total += _fill(session, kind, limits, now)
    return total


def fill_here(session: Session, now: datetime, limits: Limits | None = None) -> int:
    """As `fill_index`, in the caller's transaction."""
    return sum(_fill(session, kind, limits or Limits(), now) for kind in Source) if may_fill(session) else 0


Reader = Callable[[Session, Sequence[int], Limits], list[tuple[int, Findable | None]]]
"""Of these ids those that are there and locked against change, each with its text, or None where there is none."""


def _fill(session: Session, kind: Source, limits: Limits, now: datetime) -> int:
    most = FILES if kind in (Source.ATTACHMENT, Source.DOCUMENT) else BATCH
    ids = waiting(session, kind, now, most)
    if not ids:
        return 0
    found = dict(_READERS[kind](session, ids, limits))
    # What is locked is being changed and stays due; what is not there at all was deleted before its turn.
    there = set(session.scalars(select(_TABLES[kind].id).where(among(_TABLES[kind].id, ids))))
    done = [each for each in ids if each in found or each not in there]
    failed = _take_in(session, kind, {key: text for key, text in found.items() if text is not None}, now)
    settle(session, kind, [each for each in done if each not in failed])
    return len(done) - len(failed)


def _take_in(session: Session, kind: Source, texts: dict[int, Findable], now: datetime) -> set[int]:
    """Index the texts together; when that fails, each by itself. The ids of those that cannot be indexed now."""
    try:
        with session.begin_nested():
            take_in(session, list(texts.values()))
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # noqa: BLE001 - one text must not keep its neighbours from being found
        done: set[int] = set()

        def one(text: Findable) -> int:
            take_in(session, [text])
            done.add(text.ref_id)
            return 1

        one_by_one(session, WORK + kind, texts.items(), one, now)
        return set(texts) - done
    return set()


Ts = TypeVarTuple("Ts")


def _locked(statement: Select[*Ts], *tables: type[Any]) -> Select[*Ts]:
    """Rows that nobody changes now, and nobody can until they are indexed: an emptied text must not slip in."""
    return statement.with_for_update(read=True, skip_locked=True, of=tables)


def _language(text: str) -> str:
    return identify(fold(text))


def _messages(session: Session, ids: Sequence[int], _limits: Limits) -> list[tuple[int, Findable | None]]:
    rows = session.scalars(_locked(select(Message).where(among(Message.id, ids)), Message))
    return [(row.id, _message(row)) for row in rows]


def _message(row: Message) -> Findable | None:
    if row.kind in _UNHEARD or (row.subject == GONE and not row.new_text):
        return None
    return Findable(
        kind=Source.MESSAGE,
        ref_id=row.id,
        at=row.sent_at,
        title=row.subject,
        body=row.new_text,
        author=row.from_name,
        address=row.from_address,
        language=row.language or _language(row.new_text),
        conversation_id=row.conversation_id,
    )


def _comments(session: Session, ids: Sequence[int], _limits: Limits) -> list[tuple[int, Findable | None]]:
    found = select(Comment, Person).join(Person, Person.id == Comment.person_id).where(among(Comment.id, ids))
    return [(row.id, _comment(row, person)) for row, person in session.execute(_locked(found, Comment))]


def _comment(row: Comment, person: Person) -> Findable:
    return Findable(
        kind=Source.COMMENT,
        ref_id=row.id,
        at=row.at,
        body=row.text,
        author=f"{person.name} {person.handle}",
        address=person.email,
        language=_language(row.text),
        escalation_id=row.escalation_id,
    )


def _closeouts(session: Session, ids: Sequence[int], _limits: Limits) -> list[tuple[int, Findable | None]]:
    # Not locked: a version is never changed, and the program's own role may not change one.
    found = select(Closeout, Person).outerjoin(Person, Person.id == Closeout.person_id).where(among(Closeout.id, ids))
    return [(row.id, _closeout(row, person)) for row, person in session.execute(found)]


def _closeout(row: Closeout, person: Person | None) -> Findable:
    text = closeout_text(row)
    return Findable(
        kind=Source.CLOSEOUT,
        ref_id=row.id,
        at=row.at,
        body=text,
        author="" if person is None else f"{person.name} {person.handle}",
        address="" if person is None else person.email,
        language=_language(text),
        escalation_id=row.escalation_id,
    )


def _attachments(session: Session, ids: Sequence[int], limits: Limits) -> list[tuple[int, Findable | None]]:
    found = (
        select(Attachment, Message, RawMail.body)
        .join(Message, Message.id == Attachment.message_id)
        .join(RawMail, RawMail.id == Message.raw_mail_id)
        .where(among(Attachment.id, ids))
    )
    rows = session.execute(_locked(found, Attachment))
    return [(row.id, _attachment(row, message, raw, limits)) for row, message, raw in rows]


def _attachment(row: Attachment, message: Message, raw: bytes, limits: Limits) -> Findable | None:
    if row.name == GONE or not raw or message.kind in _UNHEARD:
        return None
    text = ""
    if has_text(row.name, row.content_type):
        try:
            text = file_text(row.name, row.content_type, attachment_bytes(raw, row.position, limits))
        except Unreadable as error:
            log.info("attachment_not_indexed", attachment=row.id, reason=error.code)
    return Findable(
        kind=Source.ATTACHMENT,
        ref_id=row.id,
        at=message.sent_at,
        title=row.name,
        body=text,
        author=message.from_name,
        address=message.from_address,
        language=_language(text) if text else "en",
        conversation_id=message.conversation_id,
        keep_text=True,
    )


def _documents(session: Session, ids: Sequence[int], _limits: Limits) -> list[tuple[int, Findable | None]]:
    found = (
        select(Document, Blob.body, Person)
        .join(Blob, Blob.sha256 == Document.sha256)
        .outerjoin(Person, Person.id == Document.person_id)
        .where(among(Document.id, ids))
    )
    return [(row.id, _document(row, body, who)) for row, body, who in session.execute(_locked(found, Document, Blob))]


def _document(row: Document, body: bytes, person: Person | None) -> Findable | None:
    if not body:
        return None
    text = file_text(row.name, row.content_type, body)
    return Findable(
        kind=Source.DOCUMENT,
        ref_id=row.id,
        at=row.at,
        title=row.name,
        body=text,
        author="" if person is None else f"{person.name} {person.handle}",
        address="" if person is None else person.email,
        language=_language(text) if text else "en",
        escalation_id=row.escalation_id,
        keep_text=True,
    )


_TABLES: dict[Source, type[Any]] = {
    Source.MESSAGE: Message,
    Source.COMMENT: Comment,
    Source.CLOSEOUT: Closeout,
    Source.ATTACHMENT: Attachment,
    Source.DOCUMENT: Document,
}
_READERS: dict[Source, Reader] = {
    Source.MESSAGE: _messages,
    Source.COMMENT: _comments,
    Source.CLOSEOUT: _closeouts,
    Source.ATTACHMENT: _attachments,
    Source.DOCUMENT: _documents,
}
