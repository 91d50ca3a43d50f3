"""A quote is the text's own words around what was searched for."""

import pytest

from workflow.quoting import quote
from workflow.searchwords import Term

LONG = "Nothing of interest here. " * 40


def terms(*words: str) -> list[Term]:
    return [Term(word, (word,)) for word in words]


def test_a_short_text_is_quoted_whole() -> None:
    assert quote("We wait\nfor the report.", terms("report")) == "We wait for the report."


def test_the_quote_begins_with_the_sentence_of_the_hit() -> None:
    said = quote(f"{LONG}We wait for the report. {LONG}", terms("report"))
    assert said.startswith("… We wait for the report.")
    assert said.endswith(" …")


def test_where_all_words_stand_together_is_better_than_where_one_does() -> None:
    text = f"The report is late. {LONG}The report about the invoice is late. {LONG}"
    assert "about the invoice" in quote(text, terms("report", "invoice"))


@pytest.mark.parametrize(
    ("written", "word"), [("Wir haben die Größe geprüft.", "grosse"), ("It was PROMISED.", "promise")]
)
def test_other_forms_and_accents_are_found(written: str, word: str) -> None:
    assert written in quote(f"{LONG}{written} {LONG}", terms(word))


def test_a_text_without_the_word_is_quoted_from_its_beginning() -> None:
    assert quote(LONG, terms("report")).startswith("Nothing of interest")


def test_an_empty_text_has_no_quote() -> None:
    assert quote(" \n ", terms("report")) == ""


def test_a_text_without_blanks_is_cut() -> None:
    assert len(quote("x" * 5_000, terms("report"))) < 200
