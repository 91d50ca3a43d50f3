"""Reads what a search shows of each text: where it stands, who wrote it when, and the sentence around the hit."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.bulk import among
from store.files import Document
from store.index import SearchEntry, Source
from store.indexing import closeout_text
from store.mail import Attachment, Conversation, Message
from store.people import Account, Person
from store.record import Closeout, Comment, Escalation
from store.visibility import sees
from workflow.quoting import quote
from workflow.searchwords import Term


@dataclass(frozen=True)
class Hit:
    """One text that fits. `kind` is mail, comment, closeout or file; `quote` is its own words, to the letter.

    `number` is None for mail that hangs on no escalation; `id` names the row within its kind.
    """

    kind: str
    id: int
    number: str | None
    account: str | None
    state: str | None
    title: str
    who: str
    at: datetime
    quote: str
    conversation_id: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: times as ISO 8601."""
        return asdict(self) | {"at": self.at.isoformat()}


@dataclass(frozen=True)
class _Text:
    """What a row says."""

    title: str
    who: str
    text: str


def hits(
    session: Session, person: Person | None, found: Sequence[tuple[int, int | None]], terms: Sequence[Term]
) -> tuple[Hit, ...]:
    """The entries of these ids with their escalations, in this order, as the person may see them."""
    entries = {
        e.id: e for e in session.scalars(select(SearchEntry).where(among(SearchEntry.id, [i for i, _ in found])))
    }
    texts = _texts(session, list(entries.values()))
    found = _where_now(session, person, found)
    about = _about(session, [number for _, number in found if number is not None])
    accounts = _accounts(session, list(entries.values()))
    made = []
    for key, number in found:
        entry = entries.get(key)
        text = None if entry is None else texts.get((entry.kind, entry.ref_id))
        if entry is None or text is None:
            continue
        title, account, state = about.get(number or 0, ("", accounts.get(entry.conversation_id or 0), None))
        made.append(
            Hit(
                kind=_KINDS[Source(entry.kind)],
                id=entry.ref_id,
                number=None if number is None else f"ESC-{number}",
                account=account,
                state=state,
                title=text.title or title,
                who=text.who,
                at=entry.at,
                quote=quote(text.text, terms),
                conversation_id=entry.conversation_id,
            )
        )
    return tuple(made)


_KINDS = {
    Source.MESSAGE: "mail",
    Source.COMMENT: "comment",
    Source.CLOSEOUT: "closeout",
    Source.ATTACHMENT: "file",
    Source.DOCUMENT: "file",
}


def _where_now(
    session: Session, person: Person | None, found: Sequence[tuple[int, int | None]]
) -> Sequence[tuple[int, int | None]]:
    """The same with each escalation that was merged replaced by the one it is part of now, however often.

    Whoever may see only the one that was merged is told of that one.
    """
    before = dict(found)
    merged = select(Escalation.id, Escalation.merged_into).where(Escalation.merged_into.is_not(None))
    while moved := dict(session.execute(merged.where(among(Escalation.id, [n for _, n in found if n]))).all()):
        found = [(key, moved.get(number or 0, number)) for key, number in found]
    ends = select(Escalation.id).where(among(Escalation.id, [n for _, n in found if n]), sees(person))
    seen = set(session.scalars(ends))
    return [(key, number if number in seen else before[key]) for key, number in found]


def _about(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str | None, str]]:
    """Title, customer and state of escalations."""
    rows = session.execute(
        select(Escalation.id, Escalation.title, Account.name, Escalation.state)
        .outerjoin(Account, Account.id == Escalation.account_id)
        .where(among(Escalation.id, ids))
    )
    return {key: (title, account, state) for key, title, account, state in rows}


def _accounts(session: Session, entries: Sequence[SearchEntry]) -> dict[int, str]:
    """The customer of each conversation."""
    ids = [entry.conversation_id for entry in entries if entry.conversation_id is not None]
    rows = session.execute(
        select(Conversation.id, Account.name)
        .join(Account, Account.id == Conversation.account_id)
        .where(among(Conversation.id, ids))
    )
    return dict(rows.all())


def _texts(session: Session, entries: Sequence[SearchEntry]) -> dict[tuple[str, int], _Text]:
    """What each entry's own row says now."""
    found: dict[tuple[str, int], _Text] = {}
    for kind, read in _READERS.items():
        ids = {entry.ref_id: entry.text for entry in entries if entry.kind == kind}
        if ids:
            found |= {(kind.value, key): text for key, text in read(session, ids).items()}
    return found


def _messages(session: Session, ids: dict[int, str]) -> dict[int, _Text]:
    m = Message
    rows = session.execute(select(m.id, m.subject, m.from_name, m.from_address, m.new_text).where(among(m.id, ids)))
    return {key: _Text(subject, name or address, text) for key, subject, name, address, text in rows}


def _comments(session: Session, ids: dict[int, str]) -> dict[int, _Text]:
    found = select(Comment.id, Person.name, Comment.text).join(Person, Person.id == Comment.person_id)
    return {key: _Text("", name, text) for key, name, text in session.execute(found.where(among(Comment.id, ids)))}


def _closeouts(session: Session, ids: dict[int, str]) -> dict[int, _Text]:
    found = select(Closeout, Person.name).outerjoin(Person, Person.id == Closeout.person_id)
    return {
        row.id: _Text(f"Closeout v{row.version}", name or "", closeout_text(row))
        for row, name in session.execute(found.where(among(Closeout.id, ids)))
    }


def _attachments(session: Session, ids: dict[int, str]) -> dict[int, _Text]:
    found = select(Attachment.id, Attachment.name, Message.from_name, Message.from_address)
    rows = session.execute(found.join(Message, Message.id == Attachment.message_id).where(among(Attachment.id, ids)))
    return {key: _Text(name, who or address, ids[key]) for key, name, who, address in rows}


def _documents(session: Session, ids: dict[int, str]) -> dict[int, _Text]:
    found = select(Document.id, Document.name, Person.name).outerjoin(Person, Person.id == Document.person_id)
    rows = session.execute(found.where(among(Document.id, ids)))
    return {key: _Text(name, who or "", ids[key]) for key, name, who in rows}


_READERS = {
    Source.MESSAGE: _messages,
    Source.COMMENT: _comments,
    Source.CLOSEOUT: _closeouts,
    Source.ATTACHMENT: _attachments,
    Source.DOCUMENT: _documents,
}
