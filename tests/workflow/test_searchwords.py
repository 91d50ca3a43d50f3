"""A search is read as people write it; what it does not know is refused with what it does."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest

from workflow.dates import When
from workflow.errors import Refused
from workflow.searchwords import Asked, read_search

WHEN = When(datetime(2026, 5, 6, 22, 30, tzinfo=UTC), "Europe/Berlin")


def read(text: str) -> Asked:
    return read_search(text, WHEN)


def refusal(text: str) -> str:
    with pytest.raises(Refused) as refused:
        read(text)
    return str(refused.value)


def test_words_phrases_and_what_must_not_be_there() -> None:
    asked = read('Größe "exactly this" -invoice -"not that"')
    assert [(term.words, term.is_phrase) for term in asked.terms] == [(("grosse",), False), (("exactly", "this"), True)]
    assert [term.words for term in asked.without] == [("invoice",), ("not", "that")]


def test_a_number_with_its_letters_is_looked_for_in_this_order() -> None:
    (term,) = read("PO-4711").terms
    assert (term.words, term.is_phrase) == (("po", "4711"), True)


def test_one_word_in_quotes_is_meant_to_the_letter() -> None:
    (term,) = read('"promise"').terms
    assert term.is_phrase


def test_typographic_quotes_are_quotes() -> None:
    assert read("„sehr spät“").terms == read('"sehr spät"').terms


@pytest.mark.parametrize("text", ["http://x.example/a", "10:30", "a:b"])
def test_a_colon_within_other_things_is_no_filter(text: str) -> None:
    assert not read(text).filters


def test_filters_of_one_name_are_alternatives() -> None:
    asked = read('account:"Norvik Pumps" state:open state:in-progress sev:SEV1 kind:mail owner:@lena from:ines')
    assert asked.values("state") == ("open", "in_progress")
    assert (asked.values("account"), asked.values("sev"), asked.terms) == (("Norvik Pumps",), ("1",), ())


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("after:2026-05-01", "2026-04-30T22:00"),
        ("after:2026-04", "2026-03-31T22:00"),
        ("after:today", "2026-05-06T22:00"),
        ("after:yesterday", "2026-05-05T22:00"),
        ("after:7d", "2026-04-29T22:00"),
    ],
)
def test_days_begin_on_the_persons_own_clock(text: str, since: str) -> None:
    asked = read(text)
    assert asked.since is not None
    assert f"{asked.since:%Y-%m-%dT%H:%M}" == since


def test_the_narrowest_of_several_days_holds() -> None:
    asked = read("before:2026-05-01 before:2026-03-01")
    assert asked.until == datetime(2026, 2, 28, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Say what to search for"),
        ("-invoice", "Say what to search for"),
        ('""', "Say what to search for"),
        ("colour:red", "There is no filter `colour:`. There are account:, state:, signal:"),
        ("colour:red", 'quote it: "colour:red"'),
        ("state:opn", "takes open, acknowledged, in_progress, resolved, closed"),
        ("signal:anger", "takes repeated_follow_up, missed_promise"),
        ("before:soon", "a day such as 2026-05-01"),
        ("before:2026-13-01", "a day such as 2026-05-01"),
        ("after:2026-02-30", "a day such as 2026-05-01"),
        ("sev:3", "takes 1 or 2"),
        ("kind:letter", "takes mail, comment, closeout, file"),
        ("priority:urgent", "takes low, medium, high, critical"),
        ("owner:", "Something is missing behind `owner:`. It takes @name, me or nobody"),
        ("-state:open", "cannot be turned round"),
        ("x" * 501, "500 characters"),
        (" ".join(f"w{n}" for n in range(21)), "20 words"),
    ],
)
def test_a_refusal_names_what_is_accepted(text: str, said: str) -> None:
    assert said in refusal(text)


@pytest.mark.parametrize("text", ['"' * 300, "-" * 500, "a:" * 250, '-"' * 250, "account:" * 60, "\x00'; DROP", "%_\\"])
def test_odd_texts_are_read_or_refused(text: str) -> None:
    with suppress(Refused):
        read(text)


@pytest.mark.parametrize("asked", ["after:0001-01-01", "before:9999-12-31"])
def test_a_day_that_no_other_zone_has_is_refused(asked: str) -> None:
    assert "takes a day such as" in refusal(asked)
