"""The promise grammar: which sentences of ours promise, and of what kind."""

from datetime import UTC, datetime

import pytest

from config.words import Direction, PromiseKind
from signals.calendar import Calendar
from signals.marks import Pledge
from signals.reader import read_message
from tests.signals.saying import said

SENT = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)


def promised(text: str, language: str = "en") -> tuple[Pledge, ...]:
    return read_message(text, Direction.OUT, SENT, Calendar("Europe/Berlin"), language).pledges


@pytest.mark.parametrize(("language", "text"), said("promises", "yes"))
def test_a_promise_is_heard(language: str, text: str) -> None:
    assert promised(text, language)


@pytest.mark.parametrize(("language", "text"), said("promises", "no"))
def test_what_promises_nothing_is_left(language: str, text: str) -> None:
    assert promised(text, language) == ()


def test_an_offer_waits_for_its_condition_even_with_a_date() -> None:
    pledge = promised("I could call you on Friday if you send me the number.")[0]
    assert (pledge.kind, pledge.assumed or pledge.due is not None) == (PromiseKind.CONDITIONAL, True)


def test_a_heap_of_undated_promises_is_read_to_its_end() -> None:
    assert len(promised("I will send the file. " * 900)) > 1


@pytest.mark.parametrize("who", ["The release", "The software"])
def test_a_thing_makes_no_promise_of_its_own(who: str) -> None:
    assert promised(f"{who} will finish the job on Friday.") == ()


def test_a_short_sentence_behind_may_be_the_date() -> None:
    pledge = promised("I will send you the list. Friday at the latest.")[0]
    assert (pledge.assumed, pledge.due) == (False, datetime(2026, 5, 8, 15, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    "behind",
    [
        "Are you in on Friday?",
        "Monday or Friday?",
        "The hall is closed on Friday because the painters come, so please take the other gate, the one by the canal.",
    ],
)
def test_another_sentence_behind_is_not_its_date(behind: str) -> None:
    assert promised(f"I will send you the list. {behind}")[0].assumed


def test_a_past_day_is_no_due_time() -> None:
    assert promised("I will send you the list we printed on 27 April 2026.")[0].assumed
