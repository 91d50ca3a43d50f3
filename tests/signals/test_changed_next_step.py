"""S8: dates of ours that moved while they stood, and what is no change of ours."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from config.policy import Policy
from config.words import Level, Signal
from signals.chain import evaluate
from signals.facts import Facts, Finding, Msg

At = Callable[[float], datetime]
Say = Callable[..., Msg]
Tell = Callable[..., Facts]
FIRST = "We will release the driver on Wednesday."


@pytest.fixture
def changed(policy: Policy, tell: Tell, at: At) -> Callable[..., Finding | None]:
    def run(*messages: Msg, hours: float = 96.0) -> Finding | None:
        found = evaluate(tell(*messages), policy, at(hours)).findings
        return next((f for f in found if f.signal is Signal.CHANGED_NEXT_STEP), None)

    return run


Changed = Callable[..., Finding | None]


def level(finding: Finding | None) -> Level:
    return finding.level if finding else Level.CLEAR


def test_a_first_slip_of_a_day_is_worth_watching(changed: Changed, say: Say) -> None:
    finding = changed(say(1, "out", 1, FIRST), say(2, "out", 50, "We will release it on Thursday instead."))
    assert level(finding) is Level.WATCH


def test_both_sentences_stand_side_by_side(changed: Changed, say: Say) -> None:
    finding = changed(say(1, "out", 1, FIRST), say(2, "out", 50, "We will release the driver next Monday instead."))
    assert finding is not None
    changes: Any = finding.features["changes"]
    assert (changes[0]["old"], changes[0]["new"]) == (FIRST, finding.quote)
    assert changes[0]["said"] == "Wed 6 May to Mon 11 May (+3 bd)"


def test_two_days_in_all_are_raised(changed: Changed, say: Say) -> None:
    assert level(changed(say(1, "out", 1, FIRST), say(2, "out", 50, "New release date is Friday."))) is Level.RAISED


def test_a_second_slip_is_raised_and_a_third_critical(changed: Changed, say: Say) -> None:
    mails = [say(1, "out", 1, "We will release the driver on Friday at noon.")]
    texts = ("on Friday at 2 pm instead", "on Friday at 4 pm instead", "on Friday at 5 pm instead")
    mails += [say(n, "out", 24 * (n - 1), f"We will release it {text}.") for n, text in enumerate(texts, 2)]
    assert [level(changed(*mails[:n], hours=97)) for n in (2, 3, 4)] == [1, 2, 3]


def test_taking_it_back_is_raised_and_quoted(changed: Changed, say: Say) -> None:
    visit = say(1, "out", 1, "Bastien will visit you on Wednesday at 5 pm.")
    finding = changed(visit, say(2, "out", 50, "Our technician is ill. We have to cancel the visit."))
    assert finding is not None
    assert (finding.level, finding.quote) == (Level.RAISED, "We have to cancel the visit.")


@pytest.mark.parametrize(
    "wish",
    [
        "Please take your time with it, next week is fine.",
        "Could we make it Friday instead? Wednesday is a holiday here.",
        "Können wir den Termin auf Freitag verschieben?",
        "Pourrions-nous décaler la visite à vendredi ?",
        "¿Podemos mover la cita al viernes?",
        "Podemos adiar a visita para sexta-feira?",
    ],
)
def test_what_the_customer_asked_for_is_no_change(changed: Changed, say: Say, wish: str) -> None:
    later = say(3, "out", 50, "Good, we will release it on Friday then.")
    assert changed(say(1, "out", 1, FIRST), say(2, "in", 30, wish), later) is None


def test_a_customer_who_only_asks_how_it_stands_asked_for_no_change(changed: Changed, say: Say) -> None:
    chase = say(2, "in", 30, "Can you confirm that it comes on Wednesday?")
    later = say(3, "out", 50, "We will release it on Friday instead.")
    assert level(changed(say(1, "out", 1, FIRST), chase, later)) is Level.RAISED


def test_what_the_customer_waives_is_no_change_of_ours(changed: Changed, say: Say) -> None:
    assert changed(say(1, "out", 1, FIRST), say(2, "in", 30, "Never mind, found it myself.")) is None


def test_a_correction_within_two_hours_is_no_change(changed: Changed, say: Say) -> None:
    soon, late = (say(2, "out", h, "Correction: we will release it on Friday.") for h in (2.9, 3.1))
    assert changed(say(1, "out", 1, FIRST), soon) is None
    assert level(changed(say(1, "out", 1, FIRST), late)) is Level.RAISED


def test_an_earlier_date_is_no_slip(changed: Changed, say: Say) -> None:
    assert changed(say(1, "out", 1, FIRST), say(2, "out", 10, "We will release it tomorrow already.")) is None


def test_another_hand_for_the_same_date_is_worth_watching(changed: Changed, say: Say) -> None:
    other = say(2, "out", 20, "I will release the driver on Wednesday for Ann.", author="bo@us.example")
    assert level(changed(say(1, "out", 1, FIRST), other, hours=30)) is Level.WATCH


def test_what_was_missed_and_promised_anew_is_no_slip_by_itself(changed: Changed, say: Say) -> None:
    anew = say(2, "out", 72, "We will release the driver on Friday.")
    assert changed(say(1, "out", 1, FIRST), anew) is None


def test_a_time_we_only_assumed_does_not_slip(changed: Changed, say: Say) -> None:
    later = say(2, "out", 5, "I will get back to you on Friday.")
    assert changed(say(1, "out", 1, "I will get back to you."), later) is None


def test_it_stands_until_the_last_date_is_kept(changed: Changed, say: Say) -> None:
    mails = [say(1, "out", 1, FIRST), say(2, "out", 50, "New release date is Friday.")]
    kept = say(3, "out", 100, "The driver is on the download page: https://us.example/d")
    assert level(changed(*mails, hours=24 * 90)) is Level.RAISED
    assert changed(*mails, kept, hours=24 * 90) is None


def test_the_next_morning_is_a_slip_though_no_business_hour_lies_between(changed: Changed, say: Say) -> None:
    mails = (say(1, "out", 1, FIRST), say(2, "out", 50, "We will release it on Thursday morning at 9:00 instead."))
    assert level(changed(*mails)) is Level.WATCH
