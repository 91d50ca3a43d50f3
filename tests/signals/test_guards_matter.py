"""Every guard of the lexicons: its sentences are quiet with it, and would be found without it."""

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from config.fold import fold
from config.lexicon import GROUPS, LANGUAGES, Lexicon, Rule, lexicon
from config.words import Direction
from signals.deadline import Frame, deadlines
from signals.reader import read_message
from tests.signals.conftest import CALENDAR, MONDAY

SAID: dict[str, dict[str, list[str]]] = tomllib.loads(
    (Path(__file__).parent / "said" / "guards.toml").read_text(encoding="utf-8")
)
"""By language and rule, sentences that only its `unless` keeps quiet."""

GUARDED = [rule for language in LANGUAGES for rule in lexicon(language).rules if rule.unless is not None]


def sentences(rule: Rule) -> list[str]:
    language, _, name = rule.id.partition(".")
    return SAID[language].get(name, [])


@contextmanager
def dropped(rule: Rule) -> Iterator[None]:
    """The lexicons with one rule's `unless` left out."""
    known, bare = Lexicon.candidates, replace(rule, unless=None)

    def candidates(words: Lexicon, text: bytes, side: str) -> list[Rule]:
        return [bare if r.id == rule.id else r for r in known(words, text, side)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Lexicon, "candidates", candidates)
        yield


def found(rule: Rule, text: str) -> Sequence[object]:
    """What the reader makes of the text in the group and part of the rule."""
    language = rule.id.partition(".")[0]
    if rule.group == "date":
        words, folded = lexicon(language), fold(text)
        return deadlines(folded, words.candidates(folded, "date"), words, Frame(MONDAY, CALENDAR))
    direction = Direction.IN if GROUPS[rule.group] == "in" else Direction.OUT
    reading = read_message(text, direction, MONDAY, CALENDAR, language)
    if rule.group in {"promise", "verb"}:
        return [p for p in reading.pledges if rule.group == "promise" or p.verb == rule.part]
    return reading.needs if rule.group == "need" else [h for h in reading.group(rule.group) if h.part == rule.part]


@pytest.mark.parametrize("rule", GUARDED, ids=lambda rule: rule.id)
def test_what_a_guard_keeps_quiet_would_be_found_without_it(rule: Rule) -> None:
    assert sentences(rule), "this guard has no sentence in said/guards.toml that needs it"
    assert [text for text in sentences(rule) if found(rule, text)] == []
    with dropped(rule):
        assert [text for text in sentences(rule) if not found(rule, text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_guard_of_the_sentences_is_one_of_the_lexicon(language: str) -> None:
    guards = {rule.id.partition(".")[2] for rule in GUARDED if rule.id.startswith(f"{language}.")}
    assert set(SAID[language]) <= guards
