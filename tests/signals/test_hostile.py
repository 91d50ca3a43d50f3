"""Hostile texts: 64 kB of whatever rules like least are searched and read in time that stays small."""

from time import thread_time

import pytest

from bench.speed import CALENDAR, SENT, apply, hostile
from config.fold import fold
from config.lexicon import LANGUAGES, lexicon
from config.words import Direction
from signals.reading import read_message

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
