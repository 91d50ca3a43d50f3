"""The plain sender: which From fields name exactly one address, and which name nobody."""

import pytest

from ingest.replies.sender import plain_sender

DANA = "dana.lee@acme.example"


def sender(*froms: str) -> str | None:
    return plain_sender(b"".join(f"From: {f}\r\n".encode() for f in froms) + b"To: x@y.example\r\n\r\nhi\r\n")


@pytest.mark.parametrize(
    "value",
    [
        DANA,
        f"<{DANA}>",
        f"Dana Lee <{DANA}>",
        f'"Lee, Dana (Support)" <{DANA}>',
        f'"dana@other.example" <{DANA}>',
        f"Dana L. O'Lee <{DANA}>",
        f"=?utf-8?q?D=C3=A4na?= <{DANA}>",
        f"Däna Lee <{DANA}>",
        "Dana Lee <Dana.Lee@ACME.example>",
        f"Dana\r\n Lee <{DANA}>",
    ],
)
def test_one_plain_address_is_the_sender(value: str) -> None:
    assert sender(value) == DANA


@pytest.mark.parametrize(
    "value",
    [
        "",
        f"{DANA})<evil@x.example>",
        f"{DANA}, evil@x.example",
        f"evil@x.example, Dana Lee <{DANA}>",
        f"Managers: {DANA};",
        f"Managers: {DANA}, evil@x.example;",
        f"<@x.example,@y:{DANA}>",
        f"Dana (boss) <{DANA}>",
        f"{DANA} (Dana)",
        f"<evil@x.example> <{DANA}>",
        f"<{DANA}> <evil@x.example>",
        f"<{DANA}> evil",
        f'"{DANA}',
        f'"a" @acme.example <{DANA}>',
        "dana.lee@[192.0.2.1]",
        "dana.lee@acme",
        "dana..lee@acme.example",
        '"dana.lee"@acme.example',
        "mi\u212ae@acme.example",
        "dana.lee@\u0430cme.example",
        f"=?utf-8?q?{DANA.replace('@', '=40')}?=",
        f"Dana\x00 <{DANA}>",
        f"Dana <{DANA}\x00>",
        f"Dana <{DANA} >",
        f"Dana <{DANA}>," + " " * 2000,
    ],
)
def test_anything_programs_disagree_on_names_nobody(value: str) -> None:
    assert sender(value) is None


def test_a_display_name_is_never_the_sender() -> None:
    assert sender(f'"{DANA}" <evil@x.example>') == "evil@x.example"
    assert sender(f"=?utf-8?q?{DANA.replace('@', '=40')}=3E?= <evil@x.example>") == "evil@x.example"


@pytest.mark.parametrize("second", [DANA, "evil@x.example", ""])
def test_two_from_fields_name_nobody(second: str) -> None:
    assert sender(DANA, second) is None


def test_no_from_field_names_nobody() -> None:
    assert plain_sender(b"To: x@y.example\r\nSender: dana.lee@acme.example\r\n\r\nhi") is None


@pytest.mark.parametrize("second", [b"From : evil@x.example\r\n", b"Subject: a\rFrom: evil@x.example\r\n"])
def test_a_second_from_that_only_some_programs_see_counts(second: bytes) -> None:
    assert plain_sender(b"From: dana.lee@acme.example\r\n" + second + b"\r\nhi") is None
