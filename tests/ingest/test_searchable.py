"""The index is filled batch by batch, waits for nobody, and never takes in what is being emptied."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from config.recordwords import Target
from config.settings import Limits
from ingest import searchable
from ingest.searchable import fill_here, fill_index
from smokewatch.forgetting import empty
from store.database import Store
from store.files import Blob, Document
from store.index import SearchDue, SearchEntry, SearchWord
from store.mail import Attachment, Conversation, Message
from store.setbacks import Setback
from tests.workflow.letters import letter

NOW = datetime(2026, 5, 6, 9, tzinfo=UTC)
RAW = (
    b"From: ines@norvik.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
    b"--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=stock.csv\r\n\r\nvalve;7\r\n--b--\r\n"
)


def _thread(session: Session) -> Conversation:
    made = Conversation(subject="x", first_at=NOW, last_at=NOW)
    session.add(made)
    session.flush()
    return made


def _with_file(session: Session) -> Message:
    mail = letter(session, _thread(session), "Hello", NOW, raw=RAW)
    session.add(
        Attachment(message_id=mail.id, position=2, sha256=b"x", name="stock.csv", content_type="text/csv", size=7)
    )
    session.flush()
    return mail


def _entries(session: Session) -> dict[str, str]:
    return dict(session.execute(select(SearchEntry.kind, SearchEntry.words)).all())


def _due(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(SearchDue)) or 0


def test_a_file_of_a_mail_is_read_and_its_text_kept_for_the_quote(session: Session) -> None:
    _with_file(session)
    fill_here(session, NOW)
    entry = session.scalars(select(SearchEntry).where(SearchEntry.kind == "attachment")).one()
    assert entry.text.strip() == "valve;7"
    assert "'valve'" in entry.words
    assert "'stock'" in entry.words


def test_a_file_goes_with_the_content_of_its_mail(session: Session) -> None:
    mail = _with_file(session)
    fill_here(session, NOW)
    empty(session, [mail.id])
    assert _entries(session) == {}
    fill_here(session, NOW)
    assert (_entries(session), _due(session)) == ({}, 0)
    assert session.scalar(select(func.count()).select_from(SearchWord)) == 0


def test_a_document_is_found_until_its_bytes_are_emptied(session: Session) -> None:
    session.add(Blob(sha256=b"h" * 32, body=b"the valve plan", size=14))
    session.flush()
    document = Document(
        target=Target.ESCALATION, target_id=1, sha256=b"h" * 32, name="plan.txt", content_type="text/plain", at=NOW
    )
    session.add(document)
    session.flush()
    fill_here(session, NOW)
    assert "'valve'" in _entries(session)["document"]
    session.execute(update(Blob).values(body=b""))
    assert _entries(session) == {}
    fill_here(session, NOW)
    assert (_entries(session), _due(session)) == ({}, 0)


def test_a_row_deleted_before_its_turn_is_no_longer_due(session: Session) -> None:
    mail = letter(session, _thread(session), "valve", NOW)
    session.execute(delete(Message).where(Message.id == mail.id))
    assert _due(session) == 0


def test_a_batch_is_taken_from_the_newest_down(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searchable, "BATCH", 2)
    thread = _thread(session)
    mails = [letter(session, thread, f"valve {n}", NOW).id for n in range(3)]
    assert fill_here(session, NOW) == 2
    assert set(session.scalars(select(SearchEntry.ref_id))) == set(mails[1:])
    assert (fill_here(session, NOW), fill_here(session, NOW)) == (1, 0)


def test_a_text_that_cannot_be_indexed_is_put_off_and_stops_no_other(session: Session) -> None:
    thread = _thread(session)
    bad, good = letter(session, thread, "valve", NOW), letter(session, thread, "pump", NOW)
    refuses = f"ALTER TABLE search_entry ADD CONSTRAINT refuses CHECK (ref_id <> {bad.id}) NOT VALID"
    session.execute(text(f"RESET ROLE; {refuses}; SET ROLE smokewatch_app"))
    assert fill_here(session, NOW) == 1
    assert list(session.scalars(select(SearchEntry.ref_id))) == [good.id]
    assert [row.row_id for row in session.scalars(select(Setback))] == [bad.id]
    assert fill_here(session, NOW) == 0
    assert _due(session) == 1


def _twice(store: Store, first: Callable[[Session], object]) -> tuple[int, int]:
    """What a fill settles while `first` is not committed yet, and after that."""
    with store.transaction() as session:
        first(session)
        during = fill_index(store, Limits(), NOW)
    return during, fill_index(store, Limits(), NOW)


def test_what_is_being_emptied_is_left_alone_until_then(store: Store) -> None:
    with store.transaction() as session:
        mail = letter(session, _thread(session), "the secret valve", NOW)
    assert _twice(store, lambda session: empty(session, [mail.id])) == (0, 1)
    with store.transaction() as session:
        assert _entries(session) == {}


def test_two_fillers_do_not_wait_for_each_other(store: Store) -> None:
    with store.transaction() as session:
        letter(session, _thread(session), "valve", NOW)
    assert _twice(store, lambda session: fill_here(session, NOW)) == (0, 0)
    with store.transaction() as session:
        assert (len(_entries(session)), session.get_one(SearchWord, "valve").n) == (1, 1)
