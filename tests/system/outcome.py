"""What a run must have come to: nothing lost, nothing double, everything final, every notice exactly once."""

import re
from collections import Counter
from datetime import datetime

from sqlalchemy import func, select, text

from config.words import NoticeKind
from store.audit import verify
from store.database import Store
from store.mail import Conversation, Folder, Message, RawMail
from store.outbox import Notice
from store.people import Person
from store.record import Escalation
from tests.system.corpus import Corpus

Told = Counter[tuple[str, str, str, str]]
"""Kind, title, event and address of every notice; rows have other numbers in every run, so they are left out."""

FINAL = {"parsed", "ignored", "parked"}


def told(store: Store) -> Told:
    """Every notice posted, digests aside: when a digest falls due depends on the hour."""
    rows = (
        select(Notice.kind, Escalation.title, Notice.key, Person.email)
        .join(Escalation, Escalation.id == Notice.escalation_id, isouter=True)
        .join(Person, Person.id == Notice.person_id)
        .where(Notice.kind != NoticeKind.DIGEST)
    )
    with store.transaction() as session:
        return Counter((kind, title or "", _event(key), email) for kind, title, key, email in session.execute(rows))


def _event(key: str) -> str:
    """The event's name out of a notice's key `kind:escalation:event:person`, without the numbers of rows."""
    return re.sub(r"\d+", "#", key.split(":", 2)[2].rpartition(":")[0])


def check_mail(store: Store, corpus: Corpus) -> None:
    """Every mail of the corpus was kept once, read once, and lies in its conversation."""
    with store.transaction() as session:
        kept = list(session.scalars(select(RawMail.sha256)))
        states = Counter(session.scalars(select(RawMail.state)))
        unexplained = session.scalar(select(func.count()).where(RawMail.state != "parsed", RawMail.reason.is_(None)))
        messages = session.scalar(select(func.count()).select_from(Message))
        live = session.scalar(select(func.count(Message.conversation_id.distinct())))
        rows = session.execute(select(RawMail.sha256, Message.conversation_id).join(Message))
        known = dict(iter(rows))
    assert Counter(kept) == Counter(m.sha256 for m in corpus.mails)
    assert states.keys() <= FINAL
    assert unexplained == 0
    assert (states["ignored"], states["parked"]) == (corpus.copies, corpus.broken)
    assert messages == len(corpus.mails) - corpus.copies - corpus.broken
    threads = {m.conversation: known[m.sha256] for m in corpus.mails if m.sha256 in known}
    assert live == len(set(threads.values())) == corpus.conversations
    assert all(known.get(m.sha256, threads[m.conversation]) == threads[m.conversation] for m in corpus.mails)


def check_record(store: Store, corpus: Corpus) -> None:
    """Exactly the troubled conversations are escalations, and the audit is whole."""
    with store.transaction() as session:
        titles = list(session.scalars(select(Escalation.title)))
        broken = verify(session)
    assert sorted(titles) == sorted(corpus.troubled)
    assert broken == []


def check_nothing_claimed(store: Store, now: datetime) -> None:
    """Nobody holds a mail, a notice or a folder any more."""
    with store.transaction() as session:
        mails = session.scalar(select(func.count()).where(RawMail.claimed_until.is_not(None)))
        notices = session.scalar(select(func.count()).where(Notice.claimed_until > now))
        folders = session.scalar(select(func.count()).where(Folder.lease_holder.is_not(None)))
        open_ = session.scalar(text("SELECT count(*) FROM pg_prepared_xacts"))
    assert (mails, notices, folders, open_) == (0, 0, 0, 0)


def conversations(store: Store) -> int:
    """How many there are, merged ones aside."""
    with store.transaction() as session:
        return session.scalar(select(func.count()).where(Conversation.merged_into.is_(None))) or 0
