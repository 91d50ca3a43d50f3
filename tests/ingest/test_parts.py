"""Which text of a mail is its body, and which part of it may command."""

from email import message_from_bytes

import pytest

from ingest.parts import Body, read_body, tree
from tests.ingest.letters import HTML, TEXT, letter, many, multipart

INLINE_FILE = "Content-Type: text/plain; name=a.txt\r\nContent-Disposition: inline; filename=a.txt"
ATTACHED = "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt"
MAIL = "Content-Type: message/rfc822"


def body(raw: bytes) -> Body:
    return read_body(tree(message_from_bytes(raw)))


def test_plain_text_wins_over_html() -> None:
    found = body(multipart("alternative", [(TEXT, "thanks"), (HTML, "<p>close</p>")]))
    assert (found.pieces, found.command, found.html) == (("thanks",), "thanks", "<p>close</p>")


def test_html_is_read_when_the_plain_text_is_blank() -> None:
    assert body(multipart("alternative", [(TEXT, " \r\n"), (HTML, "<p>hi</p>")])).pieces == ("hi",)


def test_a_mail_of_html_alone_may_command() -> None:
    assert body(letter("<title>resolve</title><p>ack</p>", "text/html")).command == "ack"


def test_all_inline_texts_are_read_and_only_the_first_commands() -> None:
    found = body(multipart("mixed", [(TEXT, "one"), ("Content-Type: image/png", "x"), (TEXT, "two")]))
    assert (found.pieces, found.command) == (("one", "two"), "one")


def test_a_second_part_does_not_command_when_the_first_is_blank() -> None:
    assert body(multipart("mixed", [(TEXT, ""), (TEXT, "ack")])).command == ""


def test_the_root_of_related_parts_is_read() -> None:
    related = many([(HTML, "<p>hi</p>"), ("Content-Type: image/png\r\nContent-ID: <i>", "x")], "r")
    found = body(multipart("alternative", [(TEXT, ""), ('Content-Type: multipart/related; boundary="r"', related)]))
    assert found.pieces == ("hi",)


@pytest.mark.parametrize("head", [INLINE_FILE, ATTACHED, MAIL])
def test_files_and_attached_mails_are_no_text(head: str) -> None:
    assert body(multipart("mixed", [(TEXT, "see file"), (head, "Subject: x\r\n\r\nack")])).pieces == ("see file",)


@pytest.mark.parametrize("head", [ATTACHED, MAIL])
def test_a_mail_of_an_attachment_alone_has_no_text(head: str) -> None:
    assert body(multipart("mixed", [(head, "Subject: x\r\n\r\nack")])).pieces == ()


def test_a_lone_inline_file_is_read_but_does_not_command() -> None:
    found = body(multipart("mixed", [(INLINE_FILE, "ack")]))
    assert (found.pieces, found.command) == (("ack",), "")


def test_a_multipart_whose_boundary_never_comes_is_read_but_does_not_command() -> None:
    found = body(letter("ack\r\n", 'multipart/mixed; boundary="never"'))
    assert (found.pieces, found.command) == (("ack\n",), "")


def test_preamble_and_epilogue_are_no_text() -> None:
    raw = multipart("mixed", [(TEXT, "thanks")]).replace(b"--b\r\n", b"ack\r\n--b\r\n", 1) + b"close\r\n"
    assert body(raw).pieces == ("thanks",)


@pytest.mark.parametrize(
    ("encoding", "content"), [("base64", "R3LDtsOfZQ=="), ("quoted-printable", "Gr=C3=B6=C3=9Fe"), ("8bit", "Größe")]
)
def test_transfer_encodings_are_undone(encoding: str, content: str) -> None:
    assert body(letter(content, Content_Transfer_Encoding=encoding)).pieces == ("Größe",)


def test_the_charset_of_html_may_stand_in_it() -> None:
    html = b'<meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>' + "да".encode("koi8-r")
    assert body(letter(html, "text/html")).pieces == ("да",)


def test_a_long_text_is_cut_and_that_is_said() -> None:
    found = body(letter("x" * 600_000))
    assert len(found.pieces[0]) == 512_000
    assert "only the first 512,000" in found.problems[0]


def test_a_wrong_charset_is_said() -> None:
    assert "(rot13)" in body(letter("npx", "text/plain; charset=rot13")).problems[0]


@pytest.mark.parametrize("charset", ["x*=utf-8''a%00; charset*0=utf; charset*1=-16", "a\0b", "idna"])
def test_no_charset_parameter_makes_reading_fail(charset: str) -> None:
    assert body(letter("ä ok", f"text/plain; charset={charset}")).pieces == ("ä ok",)
