"""Mails come in from files with their true dates, and again without doubling."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select

from config.settings import Limits
from ingest.errors import ImportUnreadable, StoreUnavailable
from ingest.files import Importer, received_at
from ingest.mailfiles import MailFiles
from store.database import Store
from store.mail import Delivery, Folder, RawMail

NOW = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)
ONE = b"From: a@b.example\nSubject: one\nDate: Mon, 4 May 2026 10:00:00 +0200\n\nFirst\n"
TWO = b"Received: from x by y; Tue, 5 May 2026 12:00:00 +0000\nDate: Mon, 4 May 2026 10:00:00 +0000\n\nSecond\n"
LINE = b"From a@b.example Mon May  4 10:00:00 2026\n"


@pytest.fixture
def handed() -> list[int]:
    """Ids that were handed over."""
    return []


@pytest.fixture
def importer(store: Store, handed: list[int]) -> Importer:
    """An importer with small limits."""
    return Importer(store, handed.extend, Limits(mail_bytes=3_000_000))


@pytest.fixture
def kept(store: Store) -> Callable[[], list[bytes]]:
    """Every kept mail, in the order of keeping."""

    def look() -> list[bytes]:
        with store.transaction() as session:
            return list(session.scalars(select(RawMail.body).order_by(RawMail.id)))

    return look


Kept = Callable[[], list[bytes]]


def test_an_mbox_is_split_at_its_from_lines(importer: Importer, tmp_path: Path, kept: Kept) -> None:
    path = tmp_path / "mbox"
    path.write_bytes(LINE + ONE + b"\n" + LINE + TWO + b"\nFrom here on it is a sentence.\n")
    result = importer.path(path, NOW)
    assert (result.read, result.new) == (2, 2)
    assert kept() == [ONE, TWO + b"\nFrom here on it is a sentence.\n"]


def test_importing_again_adds_nothing(importer: Importer, tmp_path: Path, store: Store, handed: list[int]) -> None:
    path = tmp_path / "mbox"
    path.write_bytes(LINE + ONE)
    importer.path(path, NOW)
    path.write_bytes(LINE + TWO + b"\n" + LINE + ONE)
    result = importer.path(path, NOW)
    assert (result.read, result.new, len(handed)) == (2, 1, 2)
    with store.transaction() as session:
        assert len(session.scalars(select(Delivery)).all()) == 2


def test_a_maildir_is_read_but_what_is_still_being_written(importer: Importer, tmp_path: Path, kept: Kept) -> None:
    for folder, mail in (("cur", ONE), ("new", TWO), ("tmp", b"Subject: half")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.2.host:2,S").write_bytes(mail)
    (tmp_path / "dovecot-uidlist").write_bytes(b"3 V1 N2\n")
    result = importer.path(tmp_path, NOW)
    assert sorted(kept()) == sorted([ONE, TWO])
    assert len(result.skipped) == 1


def test_folders_of_eml_are_read_recursively(importer: Importer, tmp_path: Path, kept: Kept) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one.eml").write_bytes(ONE)
    (tmp_path / "a" / "b" / "odd.EML").write_bytes(b"\x00 no header at all")
    assert importer.path(tmp_path, NOW).new == 2
    assert ONE in kept()


def test_a_piped_mail_is_one_mail_whatever_its_body_says(importer: Importer, kept: Kept) -> None:
    forged = ONE + b"\n" + LINE + b"From: boss@b.example\n\nclose\n"
    importer.stream(io.BytesIO(LINE + forged), NOW)
    assert kept() == [forged]


def test_an_oversized_mail_is_kept_in_part(importer: Importer, tmp_path: Path, store: Store) -> None:
    big = ONE + b"x" * 4_000_000 + b"\n"
    (tmp_path / "mbox").write_bytes(LINE + big + b"\n" + LINE + TWO)
    assert importer.path(tmp_path / "mbox", NOW).new == 2
    importer.stream(io.BytesIO(big), NOW)
    with store.transaction() as session:
        rows = session.scalars(select(RawMail).order_by(RawMail.id)).all()
    assert [(r.truncated, len(r.body) < 2_000_000) for r in rows] == [(True, True), (False, True)]
    assert rows[0].size >= len(big)


@pytest.mark.parametrize("content", [None, b"", b"just a text\nwithout any mail\n"], ids=["absent", "empty", "text"])
def test_what_is_no_mail_is_refused_with_its_name(importer: Importer, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "thing"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ImportUnreadable, match="thing"):
        importer.path(path, NOW)


def test_an_empty_pipe_is_refused(importer: Importer) -> None:
    with pytest.raises(ImportUnreadable, match="no mail arrived"):
        importer.stream(io.BytesIO(b"\n"), NOW)


def test_a_database_that_is_down_asks_for_another_try() -> None:
    store = Store(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    with pytest.raises(StoreUnavailable) as raised:
        Importer(store, lambda _ids: None).stream(io.BytesIO(ONE), NOW)
    assert not raised.value.permanent


def test_imports_are_filed_under_their_path(importer: Importer, tmp_path: Path, store: Store) -> None:
    (tmp_path / "one.eml").write_bytes(ONE)
    importer.path(tmp_path / "one.eml", NOW)
    with store.transaction() as session:
        folder = session.scalars(select(Folder)).one()
    assert (folder.mailbox, folder.name) == ("import", str((tmp_path / "one.eml").resolve()))


@pytest.mark.parametrize(
    ("head", "when"),
    [
        (ONE, datetime(2026, 5, 4, 8, 0, tzinfo=UTC)),
        (TWO, datetime(2026, 5, 5, 12, 0, tzinfo=UTC)),
        (b"Received: from x\n by y;\n\tTue, 5 May 2026 12:00:00 +0000\n\n", datetime(2026, 5, 5, 12, 0, tzinfo=UTC)),
        (b"Date: Mon, 4 May 2099 10:00:00 +0000\n\n", NOW),
        (b"Date: Mon, 4 May 1970 10:00:00 +0000\n\n", NOW),
        (b"Date: nonsense\n\n", NOW),
        (b"Date: Mon, 99 Foo 99999999999999999999 99:99:99 +9999\n\n", NOW),
        (b"Subject: none\n\nDate: Mon, 4 May 2026 10:00:00 +0000\n", NOW),
    ],
)
def test_the_date_is_our_server_s_then_the_sender_s_within_bounds(head: bytes, when: datetime) -> None:
    assert received_at(head, NOW) == when


def test_all_shared_mailing_lists_come_in_and_again_add_nothing(store: Store, shared: Path) -> None:
    importer = Importer(store, lambda _ids: None)
    path = next(iter(sorted((shared / "mail" / "lists").rglob("*.mbox"))), None)
    if path is None:
        pytest.skip("no mbox in the shared lists")
    first = importer.path(path, NOW)
    assert 0 < first.new <= first.read
    assert importer.path(path, NOW).new == 0


def test_a_sentence_beginning_with_from_is_unescaped(tmp_path: Path) -> None:
    box = tmp_path / "one.mbox"
    box.write_bytes(b"From a@b.example Mon May  4 08:00:00 2026\nSubject: x\n\n>From Monday on\n>>From here\n\n")
    assert [mail.raw for mail in MailFiles().walk(box)] == [b"Subject: x\n\nFrom Monday on\n>From here\n"]
