"""Attachments: names are data, sizes and hashes are of the decoded bytes, positions find them again."""

import hashlib
from email import message_from_bytes

import pytest

from config.settings import Limits
from ingest.attachments import Found, files_of, safe_name
from ingest.mail import AttachedFile, Unreadable
from ingest.parts import leaves, read_body, tree
from ingest.read import attachment_bytes
from tests.ingest.letters import HTML, TEXT, multipart


def files(raw: bytes) -> list[AttachedFile]:
    root = tree(message_from_bytes(raw))
    return [f.file for f in files_of(leaves(root), read_body(root).used, open_tnef=False) if isinstance(f, Found)]


def name_of(disposition: str) -> str:
    head = f"Content-Type: application/pdf\r\nContent-Disposition: {disposition}"
    return files(multipart("mixed", [(TEXT, "x"), (head, "abc")]))[0].name


PDF = (
    "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
    "Content-Disposition: attachment; filename=a.pdf"
)


def test_a_file_is_described_by_its_decoded_bytes() -> None:
    raw = multipart("mixed", [(TEXT, "x"), (PDF, "aGVs\r\nbG8=")])
    assert files(raw) == [AttachedFile(2, "a.pdf", "application/pdf", 5, hashlib.sha256(b"hello").digest())]


def test_the_position_finds_the_bytes_again() -> None:
    raw = multipart("mixed", [(TEXT, "x"), (PDF, "aGVsbG8=")])
    assert attachment_bytes(raw, 2, Limits()) == b"hello"


def test_a_position_without_attachment_is_refused() -> None:
    with pytest.raises(Unreadable, match="no attachment at position 7"):
        attachment_bytes(multipart("mixed", [(TEXT, "x")]), 7, Limits())


def test_the_bodies_of_a_mail_are_no_files() -> None:
    assert files(multipart("alternative", [(TEXT, "x"), (HTML, "<p>x")])) == []


def test_pictures_in_the_html_are_files() -> None:
    image = ("Content-Type: image/png\r\nContent-ID: <i>", "x")
    assert [f.name for f in files(multipart("related", [(HTML, "<p>x"), image]))] == ["attachment-2.png"]


def test_an_attached_mail_is_one_file_named_by_its_subject() -> None:
    inner = 'Subject: =?utf-8?q?Gr=C3=B6=C3=9Fe?= 1/2\r\nContent-Type: multipart/mixed; boundary="i"\r\n\r\n'
    inner += "--i\r\nContent-Disposition: attachment; filename=x\r\n\r\ny\r\n--i--"
    raw = multipart("mixed", [(TEXT, "x"), ("Content-Type: message/rfc822", inner)])
    assert [(f.name, f.content_type) for f in files(raw)] == [("Größe 1-2.eml", "message/rfc822")]
    assert b"filename=x" in attachment_bytes(raw, 2, Limits())


def test_an_attached_mail_that_cannot_be_written_again_is_listed_all_the_same() -> None:
    raw = multipart(
        "mixed", [(TEXT, "x"), ("Content-Type: message/rfc822", "Subject: x\r\nA: b;\n\th;\n+8=To:x\r\n\r\ny")]
    )
    assert [f.content_type for f in files(raw.replace(b"\n+8", b"\r+8"))] == ["message/rfc822"]


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("attachment; filename=report.pdf", "report.pdf"),
        ("attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf", "Größe.pdf"),
        ("attachment; filename*0*=utf-8''Gr%C3%B6; filename*1*=%C3%9Fe.pdf", "Größe.pdf"),
        ("attachment; filename*0=long-; filename*1=name.pdf", "long-name.pdf"),
        ('attachment; filename="=?utf-8?q?Gr=C3=B6=C3=9Fe.pdf?="', "Größe.pdf"),
        ('attachment; filename="Größe.pdf"', "Größe.pdf"),
        ("attachment; filename*0*=x'y'a; filename*1=b; filename*2*=%", "ab%"),
        ("attachment", "attachment-2.pdf"),
    ],
)
def test_names_are_decoded(disposition: str, name: str) -> None:
    assert name_of(disposition) == name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\x\\y.txt", "y.txt"),
        ("C:y.txt", "y.txt"),
        ("~/.ssh/authorized_keys", "authorized_keys"),
        (".htaccess", "_.htaccess"),
        ("\u200b.htaccess", "_.htaccess"),
        ("inv\u202efdp.exe", "invfdp.exe"),
        ("a\x00b\r\nc.txt", "a b c.txt"),
        ('<img src="x">.txt', "_img src=_x__.txt"),
        ("nul.txt", "_nul.txt"),
        ("a.txt. . ", "a.txt"),
        (".", "attachment-3.pdf"),
        ("..", "attachment-3.pdf"),
        ("a/", "a"),
        ("", "attachment-3.pdf"),
        ("\ud800x", "x"),
    ],
)
def test_names_are_made_harmless(raw: str, name: str) -> None:
    assert safe_name(raw, 3, "application/pdf") == name


def test_a_long_name_keeps_its_ending() -> None:
    name = safe_name("x" * 400 + ".docx", 1, "")
    assert len(name) == 150
    assert name.endswith("x.docx")
