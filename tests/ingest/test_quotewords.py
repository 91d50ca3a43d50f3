"""The word lists: a language is added by editing a file, and a mistake in it is named."""

from pathlib import Path

import pytest

from ingest.autowords import load_auto_words
from ingest.newtext import split_new_text
from ingest.quotewords import Beginnings, load_quote_words


def test_a_language_is_added_by_a_table(tmp_path: Path) -> None:
    path = tmp_path / "quotes.toml"
    path.write_text('[eo]\nopeners = ["je"]\nverbs = ["skribis"]\n', encoding="utf-8")
    text = "Dankon.\n\nJe la 5a de majo 2026 je 9:14, Ines skribis:\n\nSaluton!"
    assert split_new_text(text, load_quote_words(path)).text == "Dankon."
    assert split_new_text(text).text == text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('[en]\nverb = ["wrote"]', r"\[en\] has no key `verb`"),
        ('[en]\nverbs = "wrote"', r"\[en\] verbs must be a list"),
        ('[en]\nverbs = [""]', r"\[en\] verbs must be a list of words, none of them empty"),
        ('en = "wrote"', "`en` must be a table"),
    ],
)
def test_a_mistake_in_the_words_is_named(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "quotes.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        load_quote_words(path)


def test_the_words_of_automatic_mail_are_checked_too(tmp_path: Path) -> None:
    path = tmp_path / "automatic.toml"
    path.write_text('[en]\nverbs = ["wrote"]', encoding="utf-8")
    with pytest.raises(ValueError, match="has no key `verbs`"):
        load_auto_words(path)


def test_shipped_words_are_versioned_and_in_lower_case_where_compared() -> None:
    assert load_quote_words().version
    assert load_auto_words().version
    assert load_quote_words().labels["von"] == {"from"}


def test_a_beginning_is_found_and_the_longest_is_told() -> None:
    phrases = Beginnings(["out of office", "out of"])
    assert phrases.of("out of office: re: pump")
    assert not phrases.of("outlook")
    assert phrases.longest("out of office: re: pump") == "out of office"
