"""The mail parser: it makes of every mail just what the library's own makes of it."""

from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from ingest.mimeparser import parser
from ingest.parts import Part

MAIL = b"""\
From: a@b.example
Content-Type: multipart/mixed; boundary="%s"

before
--%s
Content-Type: multipart/alternative; boundary="=_in(ner)?"

--=_in(ner)?
one
--=_in(ner)? \t
Content-Type: text/html

<p>one</p>
--=_in(ner)?--
--%s
--%s--x
two
--%s--
behind
"""


def shape(message: Message) -> object:
    """Everything a message holds."""
    content = message.get_payload()
    below = [shape(part) for part in content if isinstance(part, Message)] if isinstance(content, list) else content
    return message.items(), message.preamble, message.epilogue, [type(d) for d in message.defects], below


def read(data: bytes) -> object:
    reading = parser(Part)
    reading.feed(data.decode("ascii", "surrogateescape"))
    return shape(reading.close())


@pytest.mark.parametrize("boundary", [b"x", b".*+[a]$", b"a b", b"(?P<sep>", b"--", b"\\d"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_mail_in_parts_is_read_as_the_library_reads_it(boundary: bytes, end: bytes) -> None:
    data = MAIL.replace(b"%s", boundary).replace(b"\n", end)
    assert read(data) == shape(message_from_bytes(data, Part))


@pytest.mark.parametrize("cut", range(60, 400, 20))
def test_a_mail_that_ends_too_soon_is_read_as_the_library_reads_it(cut: int) -> None:
    data = MAIL.replace(b"%s", b"=_b")[:cut]
    assert read(data) == shape(message_from_bytes(data, Part))


def test_hostile_mails_are_read_as_the_library_reads_them(shared: Path) -> None:
    mails = [path.read_bytes() for path in sorted((shared / "hostile").iterdir()) if path.stat().st_size < 100_000]
    assert len(mails) > 10
    for data in mails:
        assert read(data) == shape(message_from_bytes(data, Part)), data[:200]
