"""S11: what is urgent in five languages, who always cries, and how fast it fades."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from config.policy import Policy
from config.words import Direction, Level, Signal
from signals.chain import evaluate
from signals.facts import Facts, Finding, Habit, Msg
from signals.reader import read_message
from tests.signals.conftest import CALENDAR, MONDAY
from tests.signals.saying import said

At = Callable[[float], datetime]
Say = Callable[..., Msg]
Tell = Callable[..., Facts]
DAY = 24
CALM = "The drawing of the new cabinet has three pages, I see two of them here."
CRIER = {"cus@acme.example": Habit(mails=10, urgent=4)}


@pytest.fixture
def found(policy: Policy, tell: Tell, at: At) -> Callable[..., Finding | None]:
    def run(*messages: Msg, hours: float = 0, **more: Any) -> Finding | None:
        findings = evaluate(tell(*messages, **more), policy, at(hours)).findings
        return next((f for f in findings if f.signal is Signal.URGENCY), None)

    return run


@pytest.mark.parametrize(("language", "line"), said("urgency", "yes"))
def test_what_is_urgent_is_heard_at_its_level(found: Any, say: Say, language: str, line: str) -> None:
    level, text = line.split(" ", 1)
    finding = found(say(1, "in", 0, text, language=language))
    assert finding is not None
    assert finding.level == int(level)
    assert finding.quote in text


@pytest.mark.parametrize(("language", "text"), said("urgency", "no"))
def test_what_is_not_stays_quiet(found: Any, say: Say, language: str, text: str) -> None:
    assert found(say(1, "in", 0, text, language=language)) is None


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("URGENT: drawing", CALM),
        ("Dringend: Zeichnung", "Die Zeichnung des neuen Schranks hat drei Seiten, ich sehe hier nur zwei davon."),
        ("URGENT: Zeichnung", "Die Zeichnung des neuen Schranks hat drei Seiten, ich sehe hier nur zwei davon."),
        ("Urgence absolue : plan", "Le plan de la nouvelle armoire a trois pages, j'en vois seulement deux ici."),
        ("URGENTE plano", "El plano del nuevo armario tiene tres hojas, yo veo aqui solamente dos de ellas."),
        ("Plano URGENTE", "O desenho do novo quadro tem três folhas, mas eu só vejo aqui duas delas."),
    ],
)
def test_a_subject_alone_is_worth_watching_and_quotes_the_text(found: Any, say: Say, subject: str, text: str) -> None:
    finding = found(say(1, "in", 0, text, subject=subject))
    assert finding.level is Level.WATCH
    assert finding.quote == text
    assert finding.features["subject"] is True


def test_the_subject_of_a_reply_is_not_said_again(found: Any, say: Say) -> None:
    assert found(say(1, "in", 0, CALM, subject="Re: URGENT: drawing")) is None


def test_a_subject_that_says_not_urgent_is_not(found: Any, say: Say) -> None:
    assert found(say(1, "in", 0, CALM, subject="Drawing (not urgent)")) is None


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Production is down for all users.", Level.RAISED),
        ("Production is down.", Level.WATCH),
        ("This is urgent.", Level.CLEAR),
    ],
)
def test_who_always_cries_is_believed_one_level_less(found: Any, say: Say, text: str, level: Level) -> None:
    finding = found(say(1, "in", 0, text), habits=CRIER)
    assert (finding.level if finding else Level.CLEAR) is level


@pytest.mark.parametrize("habit", [Habit(mails=4, urgent=4), Habit(mails=10, urgent=3), Habit()])
def test_few_mails_or_few_urgent_ones_make_no_habit(found: Any, say: Say, habit: Habit) -> None:
    assert found(say(1, "in", 0, "This is urgent."), habits={"cus@acme.example": habit}).level is Level.WATCH


@pytest.mark.parametrize("more", ["This is a drill.", "EXERCISE - EXERCISE - EXERCISE"])
def test_a_drill_is_not_meant(found: Any, say: Say, more: str) -> None:
    assert found(say(1, "in", 0, f"Production is down for all users.\n\n{more}")) is None


def test_a_drill_may_say_so_in_its_subject(found: Any, say: Say) -> None:
    assert found(say(1, "in", 0, "Production is down for all users.", subject="EXERCISE: outage")) is None


def test_a_log_full_of_dramatic_words_is_not_urgent(found: Any, say: Say) -> None:
    log = "It blocks nothing.\n\n2026-06-09 23:59:58 FATAL worker 7 killed: deadline exceeded (30s) on down-03\n"
    assert found(say(1, "in", 0, log)) is None


def test_our_own_urgency_is_not_theirs(found: Any, say: Say) -> None:
    assert found(say(1, "out", 0, "This is urgent.")) is None


def test_urgency_fades_within_a_business_day_or_two(found: Any, say: Say) -> None:
    mail = say(1, "in", 0, "Production is down.")
    assert found(mail, hours=4).level is Level.RAISED
    assert found(mail, hours=DAY + 4).level is Level.WATCH
    assert found(mail, hours=3 * DAY) is None


def test_it_is_over_when_the_customer_says_so(found: Any, say: Say) -> None:
    outage = say(1, "in", 0, "Production is down.")
    assert found(outage, say(2, "in", 1, "It works again, thanks."), hours=2) is None


def test_polite_thanks_do_not_end_it(found: Any, say: Say) -> None:
    assert found(say(1, "in", 0, "Merci d'intervenir immédiatement.", language="fr")) is not None


@pytest.mark.parametrize(
    ("subject", "says"),
    [("URGENT", ("urgent",)), ("Fire drill on Friday", ("drill",)), ("Pump P6", ()), ("Emergency exit lamp", ())],
)
def test_a_reading_keeps_what_the_subject_says(subject: str, says: tuple[str, ...]) -> None:
    assert read_message(CALM, Direction.IN, MONDAY, CALENDAR, "en", subject).subject == says
