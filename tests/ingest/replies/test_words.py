"""The writer's own words: on top, and below the quote."""

import pytest

from ingest.replies.words import Words, words_of

QUOTE = "On Wed, 6 May 2026 at 10:00, Smokewatch <smokewatch@acme.example> wrote:\n> Outage\n> ack"


def test_without_a_quote_all_stands_on_top() -> None:
    assert words_of("ack\n\nCalled Pat.") == Words("ack\n\nCalled Pat.")


def test_words_above_a_quote_stand_on_top() -> None:
    assert words_of(f"ack\n\n{QUOTE}\n") == Words("ack")


@pytest.mark.parametrize("above", ["", "\n", "   \n\n"])
def test_words_below_a_quote_stand_below(above: str) -> None:
    assert words_of(f"{above}{QUOTE}\n\nack\n") == Words("", "ack")


def test_words_above_and_below_are_parted() -> None:
    assert words_of(f"ack\n\n{QUOTE}\n\nown\n") == Words("ack", "own")


@pytest.mark.parametrize("text", ["", "\n\n", QUOTE, "> ack"])
def test_no_words_are_none(text: str) -> None:
    assert not words_of(text).top.strip()


def test_windows_line_ends_are_line_ends() -> None:
    assert words_of(f"ack\r\n\r\n{QUOTE}\r\n".replace("\r\n", "\n").replace("\n", "\r\n")).top.strip() == "ack"
