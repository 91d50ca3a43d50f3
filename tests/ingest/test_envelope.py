"""The envelope: strict senders, whom the mail reached, a subject and date that are safe to store."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

import pytest

from ingest.envelope import Envelope, read_envelope
from ingest.headers import fields_of
from ingest.mail import Address
from tests.ingest.letters import letter


def envelope(**changed: Any) -> Envelope:
    return read_envelope(fields_of(message_from_bytes(letter(**changed))))


def test_the_usual_header_is_read() -> None:
    mail = envelope(Cc='"Boss, Big" <BOSS@Customer.example>, x@y.example')
    assert mail.from_addresses == (Address("ann@customer.example", "Ann Ash"),)
    assert mail.cc == (Address("boss@customer.example", "Boss, Big"), Address("x@y.example"))
    assert mail.subject == "Outage"
    assert mail.sent_at == datetime(2026, 5, 6, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "sender",
    [
        "dana@acme.example",
        "<dana@acme.example>",
        "Dana Lee <dana@acme.example>",
        '"Lee, Dana (IT)" <Dana@ACME.example>',
        "=?utf-8?q?D=C3=A4na?= <dana@acme.example>",
        '"boss@acme.example" <dana@acme.example>',
        "=?utf-8?q?boss=40acme.example=3E?= <dana@acme.example>",
    ],
)
def test_one_plainly_written_sender_is_plain(sender: str) -> None:
    mail = envelope(From=sender)
    assert [address.email for address in mail.from_addresses] == ["dana@acme.example"]
    assert mail.from_plain


@pytest.mark.parametrize(
    "sender",
    [
        "dana@acme.example)<evil@x.example>",
        "dana@acme.example <evil@x.example>",
        "evil@x.example, Dana <dana@acme.example>",
        "Managers: dana@acme.example, evil@x.example;",
        "Managers: dana@acme.example;",
        "<@x.example,@y:dana@acme.example>",
        "dana@acme.example (evil@x.example)",
        "<dana@acme.example> <evil@x.example>",
        "dana@\u0430cme.example",
        "\u212aim@acme.example",
        "dana at acme.example (Dana Lee)",
        "=?utf-8?q?dana=40acme.example?=",
        "",
    ],
)
def test_a_sender_written_with_any_trick_is_not_plain(sender: str) -> None:
    assert not envelope(From=sender).from_plain


def test_a_display_name_is_never_taken_for_the_sender() -> None:
    assert envelope(From="dana@acme.example)<evil@x.example>").from_addresses == ()


def test_two_from_headers_are_counted_and_all_read() -> None:
    mail = read_envelope(fields_of(message_from_bytes(b"From: evil@x.example\r\n" + letter())))
    assert mail.from_headers == 2
    assert [address.email for address in mail.from_addresses] == ["evil@x.example", "ann@customer.example"]
    assert not mail.from_plain


def test_only_ascii_letters_are_folded() -> None:
    assert envelope(From="MI\u212aE@Acme.Example").from_addresses[0].email == "mi\u212ae@acme.example"


def test_an_archived_sender_is_undisguised() -> None:
    mail = envelope(From="glyph at twisted.example (Glyph)")
    assert mail.from_addresses == (Address("glyph@twisted.example", "Glyph"),)


@pytest.mark.parametrize("name", ["=?utf-8?q?M=C3=BCller=2C_Hans?=", "=?utf-8?q?M=C3=BCller,_Hans?="])
def test_a_comma_in_an_encoded_name_splits_nothing(name: str) -> None:
    assert envelope(From=f"{name} <h@x.example>").from_addresses == (Address("h@x.example", "Müller, Hans"),)


def test_a_broken_encoded_name_does_not_cost_the_address() -> None:
    assert envelope(From="=?utf-8?b?R3LDtgx?= <h@x.example>").from_addresses[0].email == "h@x.example"


def test_bytes_that_are_not_ascii_are_read_as_utf8_or_latin() -> None:
    raw = letter(Subject="Gr\u00f6\u00dfe") + b""
    latin = letter(Subject="@").replace(b"@\r\nDate", b"Gr\xf6\xdfe\r\nDate")
    assert read_envelope(fields_of(message_from_bytes(raw))).subject == "Größe"
    assert read_envelope(fields_of(message_from_bytes(latin))).subject == "Größe"


def test_an_encoded_subject_brings_no_line_ends_or_hidden_characters() -> None:
    subject = envelope(Subject="=?utf-8?q?Re:_x=0D=0ABcc:_v=40x=E2=80=AE=00?=").subject
    assert subject == "Re: x Bcc: v@x"


def test_a_subject_is_cut() -> None:
    assert len(envelope(Subject="x" * 9_000).subject) == 1_000


def test_envelope_recipients_are_gathered() -> None:
    mail = envelope(
        Delivered_To="Reply+AbC@acme.example", X_Original_To="<a@acme.example>", Resent_To="X <b@c.example>"
    )
    assert mail.envelope_to == ("reply+abc@acme.example", "a@acme.example", "b@c.example")


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("Wed, 06 May 2026 10:30:00 +0200", 2026),
        ("6 May 26 10:30 GMT (comment)", 2026),
        ("Wed May  6 10:30:00 2026", 2026),
        ("Thu, 01 Jan 0000 00:00:00 +0000", None),
        ("Thu, 31 Dec 9999 23:59:59 -9900", None),
        ("(((((", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_is_read_or_is_none(date: str, year: int | None) -> None:
    sent = envelope(Date=date).sent_at
    assert (sent.year if sent else None) == year


@pytest.mark.parametrize(
    ("date", "hours"),
    [
        ("Wed, 06 May 2026 10:30:00 -0400", -4),
        ("Wed, 06 May 2026 10:30:00 +0000", None),
        ("Wed, 06 May 2026 10:30:00 -0000", None),
        ("Wed, 06 May 2026 10:30:00 +9900", None),
        ("yesterday", None),
    ],
)
def test_the_zone_of_the_writer_s_clock_is_that_of_the_date(date: str, hours: int | None) -> None:
    zone = envelope(Date=date).sent_zone
    assert (zone.utcoffset(None) / timedelta(hours=1) if zone else None) == hours
