"""Header fields: ids that thread, and a content key that knows one mail in two mailboxes."""

from email import message_from_bytes
from typing import Any

import pytest

from ingest.headers import Fields, content_key, fields_of, message_id, referred
from tests.ingest.letters import letter


def fields(**changed: Any) -> Fields:
    return fields_of(message_from_bytes(letter(**changed)))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("<a@b>", "<a@b>"),
        ("  <a\r\n b@c> trailing", "<ab@c>"),
        ("a@b", "<a@b>"),
        ("<> <second@x>", "<second@x>"),
        (f"<{'x' * 3_000}@y>", f"<{'x' * 998}>"),
    ],
)
def test_the_message_id_is_normalised(value: str, found: str) -> None:
    assert message_id(fields(Message_ID=value), b"") == found


@pytest.mark.parametrize("value", [None, "", "<>", "none"])
def test_a_missing_message_id_is_made_from_the_content(value: str | None) -> None:
    assert message_id(fields(Message_ID=value), bytes(32)) == f"<missing-{'0' * 24}@smokewatch.invalid>"


def test_references_come_in_order_each_once_without_the_own_id() -> None:
    found = referred(fields(References="<a@x> <b\r\n @x>,<a@x><me@x> junk"), "references", "<me@x>")
    assert found == ("<a@x>", "<b@x>")


def test_of_many_references_the_first_and_the_last_stay() -> None:
    found = referred(fields(References=" ".join(f"<{n}@x>" for n in range(900))), "references", "")
    assert (len(found), found[0], found[-1]) == (200, "<0@x>", "<899@x>")


def key(raw: bytes) -> bytes:
    end = b"\r\n\r\n" if b"\r\n" in raw else b"\n\n"
    return content_key(fields_of(message_from_bytes(raw)), raw, raw.index(end) + len(end))


def test_one_mail_in_two_mailboxes_has_one_key() -> None:
    ours = b"Received: by a\r\nDelivered-To: a@acme.example\r\nDKIM-Signature: v=1\r\nX-Spam: no\r\n" + letter()
    theirs = letter().replace(b"\r\n", b"\n")
    assert key(ours) == key(theirs + b"\n")


def test_folding_does_not_change_the_key() -> None:
    assert key(letter(Subject="a b")) == key(letter(Subject="a\r\n\tb"))


@pytest.mark.parametrize("field", ["From", "To", "Cc", "Subject", "Date", "In_Reply_To", "References", "Message_ID"])
def test_another_header_makes_another_key(field: str) -> None:
    assert key(letter()) != key(letter(**{field: "<other@x.example>"}))


def test_another_body_makes_another_key() -> None:
    assert key(letter()) != key(letter("Hello you\r\n"))


def test_of_mails_without_telling_headers_every_byte_counts() -> None:
    assert content_key(fields_of(message_from_bytes(b"one")), b"one", 3) != content_key(
        fields_of(message_from_bytes(b"two")), b"two", 3
    )
