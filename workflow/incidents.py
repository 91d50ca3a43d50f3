"""Sees that several customers report the same trouble at once, and tells managers and admins once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from sqlalchemy import delete, distinct, func, or_, select, text
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from config.codes import codes_of, is_plain
from config.fold import fold
from config.lexicon import LANGUAGES, lexicon
from config.words import Direction, NoticeKind, Role
from signals.facts import Facts, Msg
from store.bulk import insert_rows
from store.incidents import Incident, Trace
from store.mail import Conversation, Message
from store.notices import NoticeDraft, post_notice
from store.people import Account, Person
from workflow.context import Context

WINDOW = timedelta(hours=48)
"""Reports of different customers within this time are one incident ..."""

CUSTOMERS = 3
"""... from so many customers on."""

AGAIN = timedelta(days=30)
"""So long a fingerprint that was told is the same incident."""

MOST_LISTED = 10
_MOST_WORDS = 6
_SHORTEST_WORD = 4
_LOCK = 0x1DC1DE27
"""Key of the advisory lock: two sweeps at once would tell two fingerprints of one incident."""


def leave_traces(session: Session, cases: Sequence[tuple[Conversation, Facts]], now: datetime) -> None:
    """Note what the customers' mails of the last two days are about; a mail that was noted already adds nothing."""
    rows = [
        {
            "message_id": msg.id,
            "fingerprint": mark,
            "account_id": conversation.account_id,
            "at": msg.sent_at.isoformat(),
        }
        for conversation, facts in cases
        if conversation.account_id
        for msg in facts.messages
        if msg.direction is Direction.IN and now - WINDOW < msg.sent_at <= now
        for mark in sorted(set(fingerprints(msg, opens=msg is facts.messages[0])))
    ]
    insert_rows(session, Trace, rows, then="ON CONFLICT DO NOTHING", giving="message_id")


def fingerprints(msg: Msg, *, opens: bool) -> Iterator[str]:
    """What a mail of a customer has in common with others on the same trouble: error codes, and what its subject names.

    The subject counts only in the mail that `opens` a conversation, for the others answer a line that may be ours. A
    name alone (`hx40`) is too little: many customers write about one product; so is a subject of one telling word.
    """
    yield from (code for code in msg.reading.codes if code.startswith("error "))
    if not opens or not msg.reading.has("problem", "outage", "urgency"):
        return
    words = _words(msg)
    yield from (f"{code} {word}" for code, word in product(codes_of(msg.subject), words))
    if len(words) > 1:
        yield " ".join(sorted(words))


def _words(msg: Msg) -> list[str]:
    """The telling words of the subject line."""
    language = msg.reading.language if msg.reading.language in LANGUAGES else LANGUAGES[0]
    stop = lexicon(language).stopwords
    found = (w.strip(b".,;:!?()[]\"'") for w in fold(msg.subject[:200]).split())
    told = [w for w in found if len(w) >= _SHORTEST_WORD and w.isalpha() and w not in stop]
    return [w.decode() for w in dict.fromkeys(told) if not is_plain(w.decode())][:_MOST_WORDS]


@dataclass(frozen=True)
class _Seen:
    """A fingerprint with the customers and conversations that have it now."""

    fingerprint: str
    customers: int
    conversations: tuple[int, ...]


def tell_incidents(session: Session, ctx: Context, now: datetime) -> int:
    """Tell of every fingerprint that enough customers share, once, and forget old traces; the number of incidents.

    Fingerprints that meet in a conversation are one incident, whichever is seen first.
    """
    session.execute(delete(Trace).where(Trace.at <= now - WINDOW))
    seen = _shared(session, now)
    if not seen:
        return 0
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    lately = select(Incident.conversations).where(Incident.told_at > now - WINDOW)
    told: set[int] = {number for numbers in session.scalars(lately) for number in numbers}
    count = 0
    for each in seen:
        if not _claim(session, each, now) or told.intersection(each.conversations):
            continue
        told.update(each.conversations)
        count += 1
        if not ctx.silent:
            _tell(session, ctx, each, now)
    return count


def _shared(session: Session, now: datetime) -> list[_Seen]:
    """The fingerprints that enough customers share, the widest first, error codes before the words of a subject."""
    customers = func.count(distinct(Trace.account_id))
    rows = session.execute(
        select(Trace.fingerprint, customers, func.array_agg(distinct(Message.conversation_id)))
        .join(Message, Message.id == Trace.message_id)
        .where(Trace.at <= now)
        .group_by(Trace.fingerprint)
        .having(customers >= CUSTOMERS)
    )
    seen = [_Seen(mark, number, tuple(c for c in conversations if c)) for mark, number, conversations in rows]
    return sorted(seen, key=lambda s: (not s.fingerprint.startswith("error "), -s.customers, s.fingerprint))


def _claim(session: Session, seen: _Seen, now: datetime) -> bool:
    """Whether this call is the one to tell of it; conversations that joined later are noted all the same."""
    row = {"fingerprint": seen.fingerprint, "told_at": now, "conversations": list(seen.conversations)}
    claim = insert(Incident).values(row)
    claim = claim.on_conflict_do_update(
        index_elements=["fingerprint"],
        set_={"told_at": now, "conversations": claim.excluded.conversations},
        where=Incident.told_at <= now - AGAIN,
    )
    return session.scalar(claim.returning(Incident.fingerprint)) is not None


def _tell(session: Session, ctx: Context, seen: _Seen, now: datetime) -> None:
    rows = _reports(session, seen)
    teams = {row.team_id for row in rows if row.team_id}
    manages = (Person.role == Role.MANAGER) & Person.team_id.in_(teams)
    readers = select(Person).where(Person.active, or_(Person.role == Role.ADMIN, manages)).order_by(Person.id)
    for person in session.scalars(readers):
        mine = [row for row in rows if person.role == Role.ADMIN or row.team_id == person.team_id]
        draft = NoticeDraft(
            kind=NoticeKind.INCIDENT,
            person_id=person.id,
            event=f"{seen.fingerprint}:{now:%Y-%m-%d}",
            why="you are an admin here" if person.role == Role.ADMIN else "you manage the team that hears of it",
            at=now,
            facts=_facts(seen, mine, len(rows)),
        )
        post_notice(session, draft, mail_domain=ctx.outgoing.domain)


def _reports(session: Session, seen: _Seen) -> Sequence[Any]:
    """The first report of each customer in time order."""
    first = (
        select(Trace.account_id, Account.name, Message.subject, Message.sent_at, Conversation.team_id)
        .join(Message, Message.id == Trace.message_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Account, Account.id == Trace.account_id)
        .where(Trace.fingerprint == seen.fingerprint)
        .ext(distinct_on(Trace.account_id))
        .order_by(Trace.account_id, Message.sent_at)
    )
    rows: list[Any] = list(session.execute(first))
    return sorted(rows, key=lambda row: (row.sent_at, row.account_id))


def _facts(seen: _Seen, rows: Sequence[Any], customers: int) -> dict[str, Any]:
    """What one reader may know: customers of other teams are counted, not named."""
    found = [{"about": row.name, "subject": row.subject, "at": row.sent_at.isoformat()} for row in rows[:MOST_LISTED]]
    since = min(row.sent_at for row in rows).isoformat()
    return {
        "name": seen.fingerprint,
        "customers": customers,
        "since": since,
        "found": found,
        "others": customers - len(found),
    }
