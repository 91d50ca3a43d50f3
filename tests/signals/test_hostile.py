"""Hostile texts: 64 kB of whatever rules like least are searched and read in time that stays small."""

from time import thread_time

import pytest

from bench.speed import CALENDAR, SENT, apply, hostile
from config.fold import fold
from config.lexicon import LANGUAGES, lexicon
from config.words import Direction
from signals.reader import read_message

SOME_TIME = 0.5
"""Seconds of processor time; ten times what is allowed on a quiet machine."""

TEXTS = dict(hostile())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_takes_long_over_any_hostile_text(language: str) -> None:
    rules, folded = lexicon(language).rules, [fold(text) for text in TEXTS.values()]
    slow = []
    for rule in rules:
        for number, text in enumerate(folded):
            began = thread_time()
            apply(rule, text)
            if thread_time() - began > SOME_TIME:
                slow.append((rule.id, list(TEXTS)[number]))
    assert slow == []


@pytest.mark.parametrize("direction", [Direction.IN, Direction.OUT])
@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_mail_is_read_in_little_time(name: str, direction: Direction) -> None:
    began = thread_time()
    read_message(TEXTS[name], direction, SENT, CALENDAR)
    assert thread_time() - began < SOME_TIME


def spent(language: str, unit: str, size: int) -> float:
    """The least of three times of the rule for a question back, over so many characters."""
    rule = next(r for r in lexicon(language).rules if r.id == f"{language}.back_question")
    text, times = fold((unit * size)[:size]), []
    for _ in range(3):
        began = thread_time()
        apply(rule, text)
        times.append(thread_time() - began)
    return min(times)


@pytest.mark.parametrize(
    ("language", "unit"),
    [
        ("de", "welche bitte senden sie "),
        ("fr", "merci de m' confirmer "),
        ("es", "cual envienos "),
        ("pt", "qual envie-nos "),
    ],
)
def test_questions_without_end_cost_in_step_with_their_length(language: str, unit: str) -> None:
    assert spent(language, unit, 128_000) < 16 * spent(language, unit, 16_000)  # a square would be 64 times
