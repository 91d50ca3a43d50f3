"""Mails that kept the reader busy for seconds: each is decided in time now, and none is parked for it."""

import base64
import struct
import time

import pytest

from config.settings import Limits
from ingest.read import read_mail
from ingest.replies.authentication import Verdict, authenticate
from tests.ingest.letters import TEXT, multipart

MOST_SECONDS = 4.0
"""Far less than any of these took; machines do other work at the same time."""


def _attribute(level: int, name: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


HEAD = struct.pack("<IH", 0x223E9F78, 1)
BUSY = {
    "four billion properties": HEAD + _attribute(1, 0x9003, struct.pack("<I", 0xFFFFFFFF) + b"\0" * 100_000),
    "four billion values": HEAD + _attribute(1, 0x9003, struct.pack("<IHHI", 1, 0x1001, 0x3001, 0xFFFFFFFF)),
    "four billion recipients": HEAD + _attribute(1, 0x9004, struct.pack("<I", 0xFFFFFFFF) + b"\0" * 100_000),
    "many objects": HEAD + b"\0" * 2_000_000,
}


@pytest.mark.parametrize("data", BUSY.values(), ids=BUSY.keys())
@pytest.mark.parametrize("copies", [1, 40])
def test_a_busy_winmail_dat_stays_closed_and_its_mail_is_read(data: bytes, copies: int) -> None:
    head = "Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64"
    read_mail(multipart("mixed", [(TEXT, "warm"), (head, "eJ8+Ig==")]), Limits())
    raw = multipart("mixed", [(TEXT, "We are down"), *[(head, base64.b64encode(data[:150_000]).decode())] * copies])
    began = time.monotonic()
    mail = read_mail(raw, Limits())
    assert time.monotonic() - began < MOST_SECONDS
    assert mail.new_text == "We are down"
    assert len(mail.attachments) == copies


def test_blanks_in_authentication_results_cost_no_time() -> None:
    field = f"Authentication-Results: mx.us.example; dmarc{' ' * 8_000}x\r\n"
    began = time.monotonic()
    assert (
        authenticate((field * 30 + "From: a@b.example\r\n\r\n").encode(), "mx.us.example", "b.example") is Verdict.NONE
    )
    assert time.monotonic() - began < MOST_SECONDS


def test_blanks_around_the_equals_sign_are_still_understood() -> None:
    raw = b"Authentication-Results: mx.us.example; dmarc  =\t pass header.from = b.example\r\nFrom: a@b.example\r\n\r\n"
    assert authenticate(raw, "mx.us.example", "b.example") is Verdict.PASS
