"""Mails, ledger and cursor are kept together, each mail once by its bytes."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from ingest.errors import Fenced
from ingest.fetch import Fetched, Trouble, failed
from ingest.keep import Place, keep
from ingest.take import commit
from store.database import Store
from store.mail import Delivery, Folder, RawMail

NOW = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)
SEEN = datetime(2026, 5, 5, 7, 0, tzinfo=UTC)


def place(session: Session, name: str = "INBOX") -> Place:
    folder = Folder(mailbox="box", name=name, uidvalidity=5, lease_epoch=3)
    session.add(folder)
    session.flush()
    return Place(folder.id, 5, 3)


def got(uid: int, body: bytes = b"") -> Fetched:
    body = body or b"mail %d" % uid
    return Fetched(uid, body, SEEN, len(body))


def test_bytes_ledger_and_cursor_are_written(session: Session) -> None:
    here = place(session)
    new = keep(session, here, [got(1), got(2)], 2, NOW)
    rows = session.scalars(select(RawMail).order_by(RawMail.id)).all()
    assert [(r.id, r.body, r.received_at, r.kept_at) for r in rows] == [
        (new[0], b"mail 1", SEEN, NOW),
        (new[1], b"mail 2", SEEN, NOW),
    ]
    assert session.get_one(Folder, here.folder_id).last_uid == 2


def test_keeping_again_changes_nothing(session: Session) -> None:
    here = place(session)
    keep(session, here, [got(1)], 1, NOW)
    assert keep(session, here, [got(1)], 1, NOW) == []
    assert len(session.scalars(select(Delivery)).all()) == 1


def test_the_same_bytes_twice_in_one_batch_are_one_mail_with_two_deliveries(session: Session) -> None:
    assert len(keep(session, place(session), [got(1, b"same"), got(2, b"same")], 2, NOW)) == 1
    assert len({d.raw_mail_id for d in session.scalars(select(Delivery))}) == 1


def test_one_mail_in_two_folders_is_one_mail(session: Session) -> None:
    keep(session, place(session, "A"), [got(1)], 1, NOW)
    assert keep(session, place(session, "B"), [got(1)], 1, NOW) == []


def test_the_cursor_never_goes_back(session: Session) -> None:
    here = place(session)
    keep(session, here, [got(9)], 9, NOW)
    keep(session, here, [got(4)], 4, NOW)
    assert session.get_one(Folder, here.folder_id, populate_existing=True).last_uid == 9


def test_a_failed_uid_is_filled_in_by_a_later_success(session: Session) -> None:
    here = place(session)
    assert keep(session, here, [failed(1, Trouble.REFUSED, NOW)], 1, NOW) == []
    keep(session, here, [got(1)], 1, NOW)
    row = session.scalars(select(Delivery).execution_options(populate_existing=True)).one()
    assert (row.problem, row.raw_mail_id is None) == (None, False)


def test_a_later_failure_does_not_undo_a_kept_mail(session: Session) -> None:
    here = place(session)
    keep(session, here, [got(1)], 1, NOW)
    keep(session, here, [failed(1, Trouble.MISSING, NOW)], 1, NOW)
    assert session.scalars(select(Delivery)).one().problem is None


@pytest.mark.parametrize("wrong", [Place(0, 5, 2), Place(0, 4, 3)], ids=["epoch", "uidvalidity"])
def test_a_writer_that_was_overtaken_writes_nothing(session: Session, wrong: Place) -> None:
    here = place(session)
    with pytest.raises(Fenced):
        keep(session, Place(here.folder_id, wrong.uidvalidity, wrong.epoch), [got(1)], 1, NOW)
    assert session.scalars(select(RawMail)).all() == []


@pytest.mark.parametrize(
    ("trouble", "tries", "final"),
    [
        (Trouble.MISSING, 2, Trouble.GONE),
        (Trouble.REFUSED, 3, Trouble.UNFETCHABLE),
        (Trouble.CUT, 10, Trouble.UNFETCHABLE),
    ],
)
def test_a_uid_is_given_up_after_its_last_try(trouble: Trouble, tries: int, final: Trouble) -> None:
    assert failed(1, trouble, NOW, tries - 2).problem is trouble
    assert failed(1, trouble, NOW, tries - 1).problem is final


def test_many_writers_of_the_same_mails_make_one_row_each(store: Store) -> None:
    """Two mailboxes get the same mails in opposite order; the deadlock this makes is tried again."""
    with store.transaction() as session:
        places = [Place(place(session, name).folder_id, 5) for name in ("A", "B")]
    mails = [got(uid) for uid in range(1, 200)]
    new: list[int] = []
    orders = [mails, mails[::-1]] * 2
    threads = [
        threading.Thread(target=lambda p=p, o=o: new.extend(commit(store, p, o, 0, NOW)))
        for p, o in zip(places * 2, orders, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM raw_mail")).scalar_one() == len(new) == 199
        assert session.execute(text("SELECT count(*) FROM delivery")).scalar_one() == 398
