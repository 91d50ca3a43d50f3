"""S10: the return of a trouble that was closed within 90 days, at an account that cannot take much more."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from config.policy import Policy
from config.words import Direction, Level, Signal
from signals.calendar import Calendar
from signals.chain import evaluate
from signals.facts import Facts, Finding, Frailty, Msg, PastEscalation
from signals.reader import read_message
from tests.signals.conftest import MONDAY
from tests.signals.saying import said

Judge = Callable[..., Finding | None]


def closed(subject: str, days: int) -> PastEscalation:
    return PastEscalation(subject, MONDAY - timedelta(days=days), "high")


@pytest.fixture
def judge(
    say: Callable[..., Msg], tell: Callable[..., Facts], at: Callable[[float], datetime], policy: Policy
) -> Judge:
    """The finding an hour after the mails, given what was closed before."""

    def found(text: str, *past: PastEscalation, subject: str = "Pump stands", **more: Any) -> Finding | None:
        facts = tell(say(1, "in", 0, text, subject=subject), history=past, **more)
        return next((f for f in evaluate(facts, policy, at(1)).findings if f.signal is Signal.REPEAT_ISSUE), None)

    return found


def test_the_same_error_code_is_a_repeat(judge: Judge) -> None:
    finding = judge(
        "E217 is on the screen, what do we do?", closed("Fault E217 on line 4", 40), subject="Line 4 stands"
    )
    assert finding is not None
    assert (finding.level, finding.quote) == (Level.RAISED, "E217 is on the screen, what do we do?")


def test_a_like_subject_is_a_repeat(judge: Judge) -> None:
    assert (
        judge("The export is empty.", closed("Nightly export stalls", 40), subject="Nightly export stalled") is not None
    )


def test_again_and_the_same_things_are_a_repeat(judge: Judge) -> None:
    finding = judge(
        "Nobody is working. Same as in March: the scanners on all sites are dark.",
        closed("Scanner login fails at all sites", 40), subject="Good morning",
    )  # fmt: skip
    assert finding is not None
    assert finding.quote == "Same as in March: the scanners on all sites are dark."


def test_the_third_return_is_critical(judge: Judge) -> None:
    past = [closed(f"Badge queue stalls {n}", n) for n in (20, 50, 80)]
    finding = judge("It stands again.", *past, subject="Badge queue stalls")
    assert finding is not None
    assert finding.level is Level.CRITICAL


@pytest.mark.parametrize(("text", "level"), [("It stands for the third time.", 3), ("It stands again.", 2)])
def test_the_second_return_on_file_is_the_third_when_the_customer_counts_so(
    judge: Judge, text: str, level: int
) -> None:
    past = [closed(f"Badge queue stalls {n}", n) for n in (20, 50)]
    finding = judge(text, *past, subject="Badge queue stalls")
    assert finding is not None
    assert finding.level == level


def test_it_shows_both_subjects_with_dates_and_why_the_account_is_fragile(judge: Judge) -> None:
    finding = judge("It is back.", closed("Badge queue stalls", 30), subject="Badge queue stalls")
    assert finding is not None
    assert finding.features["now"] == "Badge queue stalls (2026-05-04)"
    assert finding.features["before"] == ["Badge queue stalls (closed 2026-04-04)"]
    assert finding.features["fragile"] == ["1 escalation closed within the window"]


@pytest.mark.parametrize(("days", "found"), [(89, True), (91, False)])
def test_what_was_closed_long_ago_is_no_repeat(judge: Judge, days: int, found: bool) -> None:
    facts = {"subject": "Badge queue stalls", "fragile": (Frailty("lost their sponsor"),)}
    assert (judge("It is back again.", closed("Badge queue stalls", days), **facts) is not None) is found


def test_another_trouble_of_the_same_account_is_no_repeat(judge: Judge) -> None:
    assert judge("The invoice is wrong again.", closed("Badge queue stalls", 30), subject="Invoice of May") is None


def test_words_that_name_nothing_make_no_likeness(judge: Judge) -> None:
    assert judge("Please help.", closed("Urgent problem", 30), subject="Urgent problem") is None


def test_a_thread_that_goes_on_after_its_close_is_no_repeat(
    say: Callable[..., Msg], tell: Callable[..., Facts], at: Callable[[float], datetime], policy: Policy
) -> None:
    def levels(hours: float) -> set[Signal]:
        past = PastEscalation("Badge queue stalls", at(24), "high")
        first = say(1, "in", 0, "The queue stalls.", subject="Badge queue stalls")
        later = say(2, "in", hours, "The queue stalls again.", subject="Re: Badge queue stalls")
        return {f.signal for f in evaluate(tell(first, later, history=(past,)), policy, at(hours + 1)).findings}

    assert Signal.REPEAT_ISSUE not in levels(48)
    assert Signal.REPEAT_ISSUE in levels(24 * 8)


def heard(language: str, text: str) -> bool:
    return read_message(text, Direction.IN, MONDAY, Calendar(), language=language).has("again")


@pytest.mark.parametrize(("language", "text"), said("again", "yes"))
def test_again_is_heard(language: str, text: str) -> None:
    assert heard(language, text)


@pytest.mark.parametrize(("language", "text"), said("again", "no"))
def test_what_is_no_return_is_not(language: str, text: str) -> None:
    assert not heard(language, text)


CALM = {"again": "The badge queue is stuck again.", "subject": "Badge queue is stuck"}


def ended(subject: str, days: int) -> PastEscalation:
    return PastEscalation(subject, MONDAY - timedelta(days=days), "", escalated=False)


def test_the_return_of_a_mere_conversation_counts_where_the_account_is_fragile(judge: Judge) -> None:
    past = ended("Badge queue stuck", 20)
    assert judge(CALM["again"], past, subject=CALM["subject"]) is None
    finding = judge(CALM["again"], past, subject=CALM["subject"], fragile=(Frailty("lost their sponsor"),))
    assert finding is not None
    assert finding.features["fragile"] == ["lost their sponsor"]


def test_a_like_mail_that_does_not_say_again_returns_to_no_mere_conversation(judge: Judge) -> None:
    facts = {"subject": "Invoice of the month", "fragile": (Frailty("lost their sponsor"),)}
    assert judge("Please find our order.", ended("Invoice of the month", 30), **facts) is None


def test_a_conversation_that_ended_just_now_is_gone_on_with(judge: Judge) -> None:
    facts = {"subject": CALM["subject"], "fragile": (Frailty("lost their sponsor"),)}
    assert judge(CALM["again"], ended("Badge queue stuck", 1), **facts) is None


@pytest.mark.parametrize(("until", "found"), [(-1, False), (1, True)])
def test_a_reason_that_ran_out_makes_nobody_fragile(judge: Judge, until: int, found: bool) -> None:
    frail = Frailty("account risk", MONDAY - timedelta(days=80), MONDAY + timedelta(days=until))
    facts = {"subject": CALM["subject"], "fragile": (frail,)}
    assert (judge(CALM["again"], ended("Badge queue stuck", 20), **facts) is not None) is found


@pytest.mark.parametrize(("days", "found"), [(89, True), (91, False), (-1, False)])
def test_a_renewal_within_ninety_days_makes_fragile(judge: Judge, days: int, found: bool) -> None:
    facts = {"subject": CALM["subject"], "renewal": (MONDAY + timedelta(days=days)).date()}
    assert (judge(CALM["again"], ended("Badge queue stuck", 20), **facts) is not None) is found


def test_a_threat_in_the_same_conversation_makes_fragile(judge: Judge) -> None:
    text = f"{CALM['again']} We will cancel our contract."
    finding = judge(text, ended("Badge queue stuck", 20), subject=CALM["subject"])
    assert finding is not None
    assert finding.features["fragile"] == ["account risk here"]


def test_a_question_on_the_same_machine_is_no_repeat(judge: Judge) -> None:
    past = closed("HX-40 does not start", 30)
    assert judge("Is there a French manual for the HX-40?", past, subject="Manual") is None
    assert judge("The HX-40 does not work.", past, subject="Halle 1") is not None


def test_most_of_an_old_subject_in_a_mail_of_trouble_is_a_repeat(judge: Judge) -> None:
    past = closed("Label printer in hall three offline", 30)
    assert judge("The label printer in hall three is offline and does not print.", past, subject="Good day") is not None
    assert judge("The label printer in hall three runs well.", past, subject="Good day") is None


def test_tone_is_judged_when_the_repeat_stands(
    say: Callable[..., Msg], tell: Callable[..., Facts], at: Callable[[float], datetime], policy: Policy
) -> None:
    mails = [say(1, "in", 0, "The badge queue is stuck again.", subject="Badge queue stuck")]
    mails += [say(n, "in", 24 * n, "This is a disgrace, a shambles, utterly unacceptable!!!") for n in (2, 3)]
    facts = tell(*mails, history=(closed("Badge queue stuck", 20),))
    levels = {f.signal: f.level for f in evaluate(facts, policy, at(73)).findings}
    assert (levels[Signal.REPEAT_ISSUE], levels[Signal.TONE]) == (Level.RAISED, Level.RAISED)
