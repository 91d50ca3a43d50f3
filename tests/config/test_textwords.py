"""Words are folded alike in what is searched and in what is searched for, and know their place."""

import pytest

from config.textwords import LONGEST, tokens, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Größe Straße", ["grosse", "strasse"]),
        ("résolu l'usine", ["resolu", "l", "usine"]),
        ("ação señor", ["acao", "senor"]),
        ("Łódź Ærø İstanbul", ["lodz", "aero", "istanbul"]),
        ("ESC-42 ines@norvik.example", ["esc", "42", "ines", "norvik", "example"]),
        ("Привет 東京", ["привет", "東京"]),
        ("a_b  --  ", ["a", "b"]),
    ],
)
def test_folded(text: str, folded: list[str]) -> None:
    assert words(text) == folded


def test_a_token_names_its_place_in_the_text() -> None:
    text = "– Größe!"
    (token,) = tokens(text)
    assert text[token.start : token.end] == "Größe"


def test_what_is_too_long_for_a_word_is_none() -> None:
    assert words("a" * (LONGEST + 1) + " b " + "ä" * (LONGEST + 1)) == ["b"]
