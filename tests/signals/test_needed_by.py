"""S6: a time the customer needs something by in five languages, how it grows with time, and what is no such time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from config.policy import Policy
from config.words import Direction, Level, Signal
from signals.chain import evaluate
from signals.facts import Assessment, Facts, Finding, Msg
from signals.reader import read_message
from signals.reading import Reading
from tests.signals.conftest import CALENDAR, MONDAY
from tests.signals.saying import said

At = Callable[[float], datetime]
Say = Callable[..., Msg]
Tell = Callable[..., Facts]
DAY = 24
NEED = "The pump does not start. We need the spare part by Friday 15 May."
"""Nine business days after Monday 4 May; close of business is 17:30 in Berlin, 15:30 UTC."""
DUE = datetime(2026, 5, 15, 15, 30, tzinfo=UTC)


@pytest.fixture
def assess(policy: Policy, tell: Tell, at: At) -> Callable[..., Assessment]:
    return lambda *messages, hours, **more: evaluate(tell(*messages, **more), policy, at(hours))


@pytest.fixture
def found(assess: Callable[..., Assessment]) -> Callable[..., Finding | None]:
    def run(*messages: Msg, hours: float, **more: Any) -> Finding | None:
        findings = assess(*messages, hours=hours, **more).findings
        return next((f for f in findings if f.signal is Signal.DEADLINE), None)

    return run


def read(text: str, language: str = "en", sent: datetime = MONDAY) -> Reading:
    return read_message(text, Direction.IN, sent, CALENDAR, language)


@pytest.mark.parametrize(("language", "text"), said("needed_by", "yes"))
def test_a_time_the_customer_needs_is_heard(language: str, text: str) -> None:
    needs = read(text, language).needs
    assert needs
    assert text[needs[0].start : needs[0].end] in text


@pytest.mark.parametrize(("language", "text"), said("needed_by", "no"))
def test_another_time_is_not(language: str, text: str) -> None:
    assert read(text, language).needs == ()


def test_a_far_time_is_worth_watching_and_shown_with_its_moment(found: Any, say: Say) -> None:
    finding = found(say(1, "in", 0, NEED), hours=1)
    assert finding.level is Level.WATCH
    assert finding.quote == "We need the spare part by Friday 15 May."
    assert finding.features["due"] == DUE.isoformat()


def test_two_business_days_before_it_is_raised_by_time_alone(assess: Any, found: Any, say: Say) -> None:
    mail = say(1, "in", 0, NEED)
    near = datetime(2026, 5, 14, 7, 0, tzinfo=UTC)
    assert found(mail, hours=(near - MONDAY) / timedelta(hours=1) - 0.1).level is Level.WATCH
    assert found(mail, hours=(near - MONDAY) / timedelta(hours=1)).level is Level.RAISED
    reviews = []
    at = 1.0
    while (review := assess(mail, hours=at).next_review_at) and review <= near:
        reviews.append(review)
        at = (review - MONDAY) / timedelta(hours=1)
    assert reviews[-1] == near


def test_passed_and_open_is_critical_at_once(found: Any, say: Say) -> None:
    passed = (DUE - MONDAY) / timedelta(hours=1)
    assert found(say(1, "in", 0, NEED), hours=passed).level is Level.CRITICAL


def test_it_is_forgotten_five_business_days_after_the_time(found: Any, say: Say) -> None:
    passed = (DUE - MONDAY) / timedelta(hours=1)
    assert found(say(1, "in", 0, NEED), hours=passed + 7 * DAY - 1).level is Level.CRITICAL
    assert found(say(1, "in", 0, NEED), hours=passed + 7 * DAY + 1) is None


def test_our_own_later_date_raises_it(found: Any, say: Say) -> None:
    ours = say(2, "out", 1, "We will send you the spare part on Monday 18 May.")
    finding = found(say(1, "in", 0, NEED), ours, hours=2)
    assert finding.level is Level.RAISED
    assert "18 May" in finding.features["our_promise"]


def test_our_earlier_date_does_not(found: Any, say: Say) -> None:
    ours = say(2, "out", 1, "We will send you the spare part on Tuesday 12 May.")
    assert found(say(1, "in", 0, NEED), ours, hours=2).level is Level.WATCH


def test_an_answer_clears_it(found: Any, say: Say) -> None:
    answer = say(2, "out", 1, "The spare part was sent this morning, tracking number 4711.")
    assert found(say(1, "in", 0, NEED), answer, hours=2) is None


@pytest.mark.parametrize("text", ["It has arrived, all good now.", "Solved, you can close it.", "Take your time."])
def test_the_customer_clears_it(found: Any, say: Say, text: str) -> None:
    assert found(say(1, "in", 0, NEED), say(2, "in", 3, text), hours=4) is None


def test_a_problem_that_is_back_before_the_time_makes_it_live_again(found: Any, say: Say) -> None:
    answer = say(2, "out", 1, "The spare part was sent this morning, tracking number 4711.")
    back = say(3, "in", 30, "The part does not work, the pump is still broken. What can we do?")
    assert found(say(1, "in", 0, NEED), answer, back, hours=31) is not None


def test_our_own_words_state_no_need_of_theirs(found: Any, say: Say) -> None:
    assert found(say(1, "out", 0, "We need your signature by Wednesday, please."), hours=1) is None


def test_a_past_time_is_no_need(found: Any, say: Say) -> None:
    assert found(say(1, "in", 0, "We needed it by 27 April, please help."), hours=1) is None


@pytest.mark.parametrize(
    "text",
    [
        "We need the ledger of the year that ended on 31 December 2025.",
        "We need Friday's list.",
        "Please call us on Friday before you leave the yard.",
        "The audit is on 12 May.",
    ],
)
def test_a_date_that_binds_nothing_is_no_need(text: str) -> None:
    assert read(text).needs == ()


def test_a_quoted_line_and_a_log_line_state_nothing() -> None:
    assert read("> Please send it by Friday.").needs == ()
    assert read("2026-05-04 08:00:00 please finish job by Friday").needs == ()


def test_a_very_long_sentence_states_nothing() -> None:
    assert read(f"Please send {'the list and ' * 30} all by Friday.").needs == ()


def test_before_that_ends_with_the_business_day_before() -> None:
    needs = read("Our audit is on Thursday 7 May. We need the certificate before that.").needs
    assert min(need.due for need in needs) == datetime(2026, 5, 6, 15, 30, tzinfo=UTC)


def test_a_clock_time_is_told_by_the_senders_own_zone() -> None:
    sent = MONDAY.astimezone(timezone(timedelta(hours=-7)))
    needs = read("Please send it by Wednesday 2 pm.", sent=sent).needs
    assert needs[0].due == datetime(2026, 5, 6, 21, 0, tzinfo=UTC)


def test_a_clock_time_of_a_server_in_utc_is_told_by_ours() -> None:
    assert read("Please send it by Wednesday 2 pm.").needs[0].due == datetime(2026, 5, 6, 12, 0, tzinfo=UTC)


def test_a_reading_keeps_its_needs_and_sums_through_json() -> None:
    reading = read_message("We need it by Friday, we lost 1.200,50 €.", Direction.IN, MONDAY, CALENDAR, "en", "URGENT")
    assert reading.needs
    assert reading.amounts
    assert Reading.from_json(reading.to_json()) == reading


def test_an_answer_that_hands_it_on_leaves_it_open(found: Any, say: Say) -> None:
    handed = say(2, "out", 2, "The table holds last year's codes. The case is with our developers.")
    assert found(say(1, "in", 0, NEED), handed, hours=12 * DAY).level is Level.CRITICAL
