"""Reply tokens among a mail's addresses."""

from config.settings import Limits
from ingest.read import read_mail
from ingest.replies.addresses import Found, find_tokens

REPLY = "reply@acme.example"


def found(*lines: str) -> Found:
    head = "\r\n".join(lines)
    raw = f"From: a@b.example\r\n{head}\r\nMessage-ID: <1@b.example>\r\n\r\nhi\r\n"
    return find_tokens(read_mail(raw.encode(), Limits()), REPLY)


def test_a_token_stands_behind_the_plus() -> None:
    assert found("To: Smokewatch <reply+abc@acme.example>") == Found(("abc",), open=True)


def test_case_does_not_matter() -> None:
    assert found("To: REPLY+ABC@Acme.Example") == Found(("abc",), open=True)


def test_the_same_token_in_many_places_is_one() -> None:
    lines = (
        "To: reply+abc@acme.example",
        "Cc: x@y.example, reply+ABC@acme.example",
        "Delivered-To: reply+abc@acme.example",
    )
    assert found(*lines) == Found(("abc",), open=True)


def test_a_token_only_the_envelope_has_is_not_open() -> None:
    assert found("To: list@x.example", "X-Original-To: reply+abc@acme.example") == Found(("abc",), open=False)


def test_two_tokens_are_two() -> None:
    assert found("To: reply+abc@acme.example, reply+abd@acme.example").tokens == ("abc", "abd")


def test_other_addresses_have_none() -> None:
    to = "To: reply@acme.example, xreply+a@acme.example, reply+a@acme.example.evil.example, reply+a@evil.example"
    assert found(to) == Found((), open=False)


def test_an_empty_tag_is_a_token_that_cannot_be_good() -> None:
    assert found("To: reply+@acme.example").tokens in ((), ("",))
