"""An evidence pack holds everything, can be checked without the program, and is the same for the same record."""

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text

from ingest.attachments import safe_name
from smokewatch import forgetting
from smokewatch.cli.output import Exit
from store.database import Store
from store.mail import Attachment, Conversation, Message
from store.people import Person
from store.record import Audit, Escalation
from tests.workflow.letters import letter

Run = Callable[..., tuple[int, str, str]]
POISON = "<script>alert(1)</script><img src=http://evil.example/x.png onerror=x()> {{ 7*7 }}"
NAMES = ("../../etc/passwd", "C:\\windows\\x.txt", "/abs.txt", "..", "a\nb.txt", "con.txt", "x" * 300 + ".txt")


def _mail_with_files(names: tuple[str, ...]) -> bytes:
    parts = "".join(
        f"--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename*=UTF-8''{_escaped(name)}\r\n\r\n"
        f"content {number}\r\n"
        for number, name in enumerate(names)
    )
    head = "From: ines@norvik.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    return f"{head}--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n{parts}--b--\r\n".encode()


def _escaped(name: str) -> str:
    return "".join(char if char.isalnum() else f"%{ord(char):02X}" for char in name)


@pytest.fixture
def packed(run: Run, company: Store) -> Run:
    """ESC-1 with a mail of hostile content and names, a note, a promise and a closeout."""
    assert run("open", POISON, "--account", "Acme")[0] == Exit.OK
    with company.transaction() as session:
        at = datetime(2026, 5, 4, 8, tzinfo=UTC)
        thread = Conversation(subject="x", escalation_id=1, first_at=at, last_at=at)
        session.add(thread)
        session.flush()
        raw = _mail_with_files(NAMES)
        mail = letter(session, thread, f"Hello\n{POISON}", at, raw=raw, subject=POISON)
        for position, name in enumerate(NAMES):
            content = f"content {position}".encode()
            session.add(
                Attachment(
                    message_id=mail.id, position=position + 2, sha256=hashlib.sha256(content).digest(),
                    name=safe_name(name, position, "text/plain"), content_type="text/plain", size=len(content),
                )
            )  # fmt: skip
        letter(session, thread, "Secret words", at.replace(hour=9), from_address="eve@norvik.example")
    for words in (("note", "1", POISON), ("promise", "1", "tomorrow: a report")):
        assert run(*words)[0] == Exit.OK
    return run


def _pack(run: Run, name: str = "ESC-1.zip", *, also: tuple[str, ...] = ()) -> zipfile.ZipFile:
    code, _, err = run("pack", "ESC-1", "--out", name, *also)
    assert code == Exit.OK, err
    return zipfile.ZipFile(io.BytesIO(Path(name).read_bytes()))


def _json(archive: zipfile.ZipFile, name: str) -> Any:
    return json.loads(archive.read(name))


def _verified(archive: zipfile.ZipFile, folder: Path) -> tuple[int, str]:
    archive.extractall(folder)
    done = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py")], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def test_the_pack_verifies_itself_without_the_program(packed: Run, tmp_path: Path) -> None:
    assert _verified(_pack(packed), tmp_path / "un") == (
        0,
        "Every file is as it was packed, and the audit chain holds.\n",
    )


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("record.json", (b"Acme", b"Acne"), "record.json was changed after the pack was made."),
        ("audit/ESC-1.json", (b'"actor": "ada', b'"actor": "eva'), "ESC-1.json: row 1 does not fit its hash."),
    ],
)
def test_a_change_to_the_pack_is_found(
    packed: Run, tmp_path: Path, name: str, change: tuple[bytes, bytes], said: str
) -> None:
    archive = _pack(packed)
    archive.extractall(tmp_path / "un")
    changed = tmp_path / "un" / name
    changed.write_bytes(changed.read_bytes().replace(*change, 1))
    found = [sys.executable, "-I", str(tmp_path / "un" / "verify.py")]
    done = subprocess.run(found, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert said in done.stdout


def test_an_added_and_a_missing_file_are_found(packed: Run, tmp_path: Path) -> None:
    _pack(packed).extractall(tmp_path / "un")
    (tmp_path / "un" / "more.txt").write_text("x")
    (tmp_path / "un" / "files.json").unlink()
    found = [sys.executable, "-I", str(tmp_path / "un" / "verify.py")]
    said = subprocess.run(found, capture_output=True, text=True, check=False).stdout
    assert said.splitlines() == ["files.json is missing.", "more.txt is not part of the pack."]


def test_the_same_record_gives_the_same_bytes(packed: Run) -> None:
    _pack(packed, "a.zip")
    _pack(packed, "b.zip")
    assert Path("a.zip").read_bytes() == Path("b.zip").read_bytes()


def test_mails_lie_there_as_they_came(packed: Run) -> None:
    archive = _pack(packed)
    names = [name for name in archive.namelist() if name.startswith("mails/")]
    assert names == ["mails/0001_2026-05-04_in.eml", "mails/0002_2026-05-04_in.eml"]
    assert archive.read(names[0]) == _mail_with_files(NAMES)


def test_no_name_leaves_the_folder(packed: Run) -> None:
    names = _pack(packed).namelist()
    assert all(
        re.fullmatch(r"(?:(?:mails|files|closeouts|audit)/)?[A-Za-z0-9_][A-Za-z0-9._-]*", name) for name in names
    )
    assert len(names) == len({name.lower() for name in names})


def test_each_file_lies_there_by_its_hash(packed: Run) -> None:
    archive = _pack(packed)
    listed = _json(archive, "files.json")
    assert len(listed) == len(NAMES)
    assert [line["problem"] for line in listed] == [""] * len(NAMES)
    for line in listed:
        assert hashlib.sha256(archive.read(line["path"])).hexdigest() == line["sha256"]


def test_the_page_runs_and_fetches_nothing(packed: Run) -> None:
    page = _pack(packed).read("timeline.html").decode()
    seen: list[tuple[str, dict[str, str | None]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: seen.append((tag, dict(attrs)))  # type: ignore[method-assign]
    parser.feed(page)
    assert {tag for tag, _ in seen}.isdisjoint({"script", "img", "iframe", "link", "object", "form", "svg", "base"})
    assert not any(name.startswith("on") or name == "src" for _, attrs in seen for name in attrs)
    hrefs = [attrs["href"] or "" for tag, attrs in seen if tag == "a"]
    assert hrefs
    assert all(href.startswith(("mails/", "files/")) for href in hrefs)
    assert "default-src 'none'" in page
    assert "{{ 7*7 }}" in page
    assert not re.search(r"url\(|@import", page)


def test_the_timeline_tells_mails_notes_and_promises(packed: Run) -> None:
    archive = _pack(packed)
    kinds = {each["event"] for each in _json(archive, "timeline.json")}
    assert kinds >= {"mail", "record", "promise"}
    record = _json(archive, "record.json")
    assert [each["text"] for each in record["comments"]] == [POISON]
    assert record["comments"][0]["person_id"] == "ada@us.example"
    assert "ada@us.example (cli) wrote" in archive.read("timeline.html").decode()


def test_every_version_of_the_closeout_is_there(packed: Run) -> None:
    packed("close", "1", "root cause: a fuse", "resolution: replaced")
    packed("reopen", "1", "it", "blew", "again")
    packed("close", "1", "root cause: the wiring", "resolution: new wiring")
    archive = _pack(packed)
    assert b"a fuse" in archive.read("closeouts/v1.txt")
    assert b"the wiring" in archive.read("closeouts/v2.txt")


def test_emptied_mails_are_named_and_not_there(packed: Run, company: Store) -> None:
    with company.transaction() as session:
        gone = session.scalars(select(Message.id).where(Message.from_address == "eve@norvik.example")).one()
        forgetting.empty(session, [gone])
    code, out, _ = packed("pack", "ESC-1")
    assert (code, "1 more mail is no longer kept" in out) == (Exit.OK, True)
    archive = zipfile.ZipFile("ESC-1.zip")
    assert [each["message"] for each in _json(archive, "redactions.json")] == [gone]
    assert not any(b"Secret words" in archive.read(name) for name in archive.namelist())


def test_what_was_merged_into_it_brings_its_audit(packed: Run) -> None:
    packed("open", "Second", "--account", "Acme")
    assert packed("merge", "1", "ESC-2")[0] == Exit.OK
    archive = _pack(packed)
    assert _json(archive, "audit/verification.json") == {"breaks": [], "holds": True, "streams": ["ESC-1", "ESC-2"]}
    assert _json(archive, "audit/ESC-2.json")[-1]["action"] == "merged into"


def test_a_tampered_audit_is_told(packed: Run, company: Store, tmp_path: Path) -> None:
    owner = create_engine(company.engine.url)
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE audit SET reason = 'another' WHERE stream = 'ESC-1' AND seq = 2"))
    owner.dispose()
    code, out, _ = packed("pack", "ESC-1")
    assert (code, "does NOT hold" in out) == (Exit.OK, True)
    archive = zipfile.ZipFile("ESC-1.zip")
    assert not _json(archive, "audit/verification.json")["holds"]
    assert "row 2 does not fit its hash" in _verified(archive, tmp_path / "un")[1]


def test_who_may_not_see_it_gets_no_pack_and_no_hint(packed: Run) -> None:
    hidden = packed("--as", "bob@us.example", "pack", "ESC-1")
    absent = packed("--as", "bob@us.example", "pack", "ESC-9")
    assert hidden[0] == absent[0] == Exit.REFUSED
    assert hidden[2].replace("ESC-1", "") == absent[2].replace("ESC-9", "")
    assert not list(Path().glob("*.zip*"))


def test_nothing_is_overwritten(packed: Run) -> None:
    Path("ESC-1.zip").write_text("mine")
    code, _, err = packed("pack", "ESC-1")
    assert (code, "there already" in err) == (Exit.REFUSED, True)
    assert Path("ESC-1.zip").read_text() == "mine"


def test_the_audit_knows_who_took_which_pack(packed: Run, company: Store) -> None:
    _pack(packed)
    digest = hashlib.sha256(Path("ESC-1.zip").read_bytes()).hexdigest()
    with company.transaction() as session:
        row = session.scalars(select(Audit).where(Audit.action == "evidence packed")).one()
        assert session.get(Escalation, 1) is not None
        assert session.scalar(select(Person.id).where(Person.email == row.actor)) is not None
    assert (row.stream, row.to_value, digest in row.detail) == ("system", "ESC-1", True)
