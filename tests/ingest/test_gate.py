"""The byte gate: hard bounds park, over-long headers are cut, odd mails go to the child."""

import pytest

from config.settings import Limits
from ingest.gate import check
from ingest.mail import Unreadable
from tests.ingest.letters import TEXT, letter, many, multipart

LIMITS = Limits()


def refusal(raw: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(Unreadable) as caught:
        check(raw, limits)
    return caught.value.code


def nested(depth: int) -> bytes:
    head = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth))
    return head.encode() + b"\r\nhi\r\n"


def test_an_ordinary_mail_passes_unchanged() -> None:
    raw = letter()
    gate = check(raw, LIMITS)
    assert gate.data is raw
    assert not gate.apart
    assert raw[gate.body_at :] == b"Hello\r\n"


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n"])
def test_a_mail_without_content_is_refused(raw: bytes) -> None:
    assert refusal(raw) == "empty"


def test_a_mail_over_the_size_limit_is_refused() -> None:
    assert refusal(letter("x" * 2_000), Limits(mail_bytes=1_000)) == "mail_bytes"


def test_a_header_block_without_end_is_refused() -> None:
    assert refusal(b"X-A: " + b"a" * 200_000) == "header_block_bytes"


def test_too_many_header_lines_are_refused() -> None:
    assert refusal(b"X: y\r\n" * 1_600 + b"\r\n") == "header_lines"


def test_too_many_lines_are_refused() -> None:
    assert refusal(letter("\n" * 500_000)) == "body_lines"


@pytest.mark.parametrize("end", [b"\n", b"\r"])
def test_deep_nesting_is_refused_whatever_ends_the_lines(end: bytes) -> None:
    assert refusal(nested(60).replace(b"\r\n", end)) == "mime_depth"


def test_nesting_is_refused_when_the_boundary_is_written_in_pieces() -> None:
    assert refusal(nested(60).replace(b"boundary=", b"boundary*0=")) == "mime_depth"


def test_many_containers_side_by_side_are_no_depth() -> None:
    inner = [(f'Content-Type: multipart/mixed; boundary="i{n}"', many([(TEXT, "x")], f"i{n}")) for n in range(60)]
    assert check(multipart("mixed", inner), LIMITS).apart


def test_many_attached_mails_are_no_depth() -> None:
    assert check(multipart("digest", [("Content-Type: message/rfc822", "Subject: x\r\n\r\ny")] * 60), LIMITS).apart


def test_too_many_parts_are_refused() -> None:
    assert refusal(multipart("mixed", [(TEXT, "x")] * 2_100)) == "boundary_lines"


def test_lines_of_dashes_are_no_parts() -> None:
    assert check(letter("--\r\n-- table --\r\n" * 2_000), LIMITS).apart


def test_a_long_content_type_inside_the_mail_is_refused() -> None:
    assert refusal(multipart("mixed", [("Content-Type: text/plain" + ";" * 50_000, "x")])) == "header_bytes"


def test_a_part_with_very_many_parameters_is_refused() -> None:
    assert refusal(multipart("mixed", [("Content-Type: text/plain" + ";" * 9_000, "x")])) == "parameters"


def test_a_long_content_type_on_top_is_cut() -> None:
    gate = check(letter(kind="text/plain" + ";" * 50_000), LIMITS)
    assert gate.cut == ("content-type",)
    assert gate.data.endswith(b"\r\n\r\nHello\r\n")


def test_a_long_recipient_list_keeps_whole_first_addresses() -> None:
    gate = check(letter(To=", ".join(f"person{n}@acme.example" for n in range(1_000))), LIMITS)
    line = next(line for line in gate.data.split(b"\r\n") if line.startswith(b"To:"))
    assert line.startswith(b"To: person0@acme.example, person1@")
    assert line.endswith(b"@acme.example")


def test_long_references_keep_the_first_and_the_last_ids() -> None:
    gate = check(letter(References=" ".join(f"<{n}@x.example>" for n in range(3_000))), LIMITS)
    line = next(line for line in gate.data.split(b"\r\n") if line.startswith(b"References:"))
    assert line.startswith(b"References: <0@x.example> <")
    assert line.endswith(b"<2999@x.example>")
    assert len(line) <= LIMITS.header_bytes


def test_empty_lines_before_the_header_are_passed_over() -> None:
    gate = check(b"\r\n\n" + letter(), LIMITS)
    assert gate.data == letter()
    assert gate.data[gate.body_at :] == b"Hello\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        letter("x" * 300_000),
        letter("a\rb"),
        multipart("mixed", [(TEXT, "x")] * 150),
        multipart("mixed", [("Content-Type: application/ms-tnef", "x")]),
        letter("x" * 140_000),
    ],
    ids=["large", "bare-cr", "parts", "tnef", "one-line"],
)
def test_odd_mails_are_read_apart(raw: bytes) -> None:
    assert check(raw, LIMITS).apart
