"""The header list of every mail is the planned one, whatever stands in subjects, names and texts (A32, A50)."""

import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header
from email.parser import BytesHeaderParser
from pathlib import Path

import pytest

from alerts.errors import CannotComposeError
from alerts.mail import Envelope, MailPlan, build, valid_message_id
from alerts.selftest import header_injection_is_blocked

ENVELOPE = Envelope(
    "omar@us.example", "Omar", "sw@us.example", "Smokewatch", "reply+a@us.example", "bounce+b@us.example"
)
PLAN = MailPlan(
    ENVELOPE, "[ESC-1] x", "<a.b@us.example>", datetime(2026, 5, 6, tzinfo=UTC), "text\n", "<p>x</p>\n",
    extra={"X-Loop": "7"},
)  # fmt: skip
HEADERS = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "X-Loop", "MIME-Version", "Content-Type",
]  # fmt: skip

BAIT = (
    "Re: =?utf-8?q?x=0D=0ABcc:_v@x.example?=",
    "a\r\nBcc: v@x.example\r\n\r\nbody",
    "a\nBcc: v@x.example",
    "a\rBcc: v@x.example",
    "a\u2028Bcc: v@x\x85Bcc: v@x\x0bBcc: v@x\x0cBcc: v@x\x1cBcc: v@x",
    "\ud800\udfff \x00 \x1b[31m",
    "=?utf-8?b?" + "=?utf-8?q?" * 500,
    "(((((" * 400,
    '"<@,:;>"' * 100,
    "漢字" * 400,
    "🤯" * 300,
    "\u202egnp.exe",
    "a" * 5000,
    "",
    " ",
)


def _headers(plan: MailPlan) -> list[str]:
    return list(message_from_bytes(build(plan).raw, policy=email.policy.default).keys())


@pytest.mark.parametrize("bait", BAIT)
def test_bait_in_subject_name_and_extra_stays_where_it_is(bait: str) -> None:
    envelope = replace(ENVELOPE, to_name=bait, sender_name=bait)
    plan = replace(PLAN, envelope=envelope, subject=bait, text=bait, html=bait, extra={"X-Loop": bait})
    assert _headers(plan) == HEADERS


def test_every_hostile_mail_makes_the_planned_headers(shared: Path) -> None:
    files = sorted((shared / "hostile").glob("*.eml"))
    assert len(files) > 150
    for path in files:
        for value in _hostile_values(path):
            envelope = replace(ENVELOPE, to_name=value, sender_name=value)
            plan = replace(PLAN, envelope=envelope, subject=f"[ESC-1] {value}", text=value, html=value)
            assert _headers(plan) == HEADERS, path.name


def _hostile_values(path: Path) -> list[str]:
    """Subject, sender and file names as naive code would see them, raw and decoded, and the start of the body."""
    with path.open("rb") as file:
        raw = file.read(200_000)
    message = BytesHeaderParser().parsebytes(raw)
    values = [str(message.get(name, ""))[:3000] for name in ("Subject", "From", "Message-ID", "Content-Type")]
    return [
        *values,
        *map(_decoded, values[:2]),
        raw[-3000:].decode("latin-1"),
        raw[:3000].decode("utf-8", "surrogateescape"),
    ]


def _decoded(value: str) -> str:
    try:
        parts = decode_header(value)
        return "".join(p if isinstance(p, str) else p.decode(c or "ascii", "replace") for p, c in parts)
    except (ValueError, LookupError, TypeError):
        return value


@pytest.mark.parametrize("text", ["a\r\n.\r\nMAIL FROM:<x@y>\r\n", "a\n.\nb", "a\r.\rb", ".", "\r\n.\r\n"])
def test_no_bare_line_end_and_no_lone_dot_leaves_us(text: str) -> None:
    raw = build(replace(PLAN, text=text, html=text)).raw
    assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")


@pytest.mark.parametrize("address", ["", "a", "a@b\r\nBcc: c", "a b@c.example", "ä@x.example", "<a@b>", "a@b,c@d"])
def test_an_address_that_is_not_plain_is_refused(address: str) -> None:
    with pytest.raises(CannotComposeError):
        build(replace(PLAN, envelope=replace(ENVELOPE, to=address)))


def test_a_name_that_looks_like_an_address_is_not_shown_as_one() -> None:
    raw = build(replace(PLAN, envelope=replace(ENVELOPE, to_name="ceo@bank.example"))).raw
    assert b"ceo at bank.example" in raw


def test_long_ids_are_folded_between_ids_only() -> None:
    ids = [f"<{'a' * 120}.{n}@x.example>" for n in range(3)]
    found = message_from_bytes(build(replace(PLAN, references=ids)).raw, policy=email.policy.compat32)
    assert found["References"].split() == ids


@pytest.mark.parametrize("value", ["<a b@c>", "<a>\r\n<b>", "a@b", "<>", "<ä@b>", "<" + "a" * 500 + "@b>", None, 7])
def test_a_malformed_message_id_is_not_answered_to(value: object) -> None:
    assert not valid_message_id(value)


def test_the_same_notice_makes_the_same_bytes() -> None:
    assert build(PLAN).raw == build(PLAN).raw


def test_this_interpreter_passes_the_self_test() -> None:
    assert header_injection_is_blocked()
