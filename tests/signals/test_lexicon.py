"""The lexicons: all load, and a bad one is refused with a sentence that names file and line."""

from pathlib import Path
from time import perf_counter

import pytest

from config.lexicon import GROUPS, LANGUAGES, LexiconError, lexicon, load_lexicon, parse_lexicon

GOOD = 'version = "7"\n[[rule]]\nid = "one"\ngroup = "chase"\nany = ["any news"]\n'


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shipped_lexicon_loads_with_its_version(language: str) -> None:
    assert lexicon(language).version == f"{language}-1"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_knows_every_kind_of_threat(language: str) -> None:
    parts = {rule.part for rule in lexicon(language).rules if rule.group == "account_risk"}
    assert parts == {"leave", "withhold", "legal", "competitor", "exposure", "refund", "anger"}


def test_every_rule_of_a_side_is_in_its_gate_once() -> None:
    known = lexicon("en")
    held = [rule.id for rule in known.gates["in"][1]]
    assert held == [rule.id for rule in known.rules if GROUPS[rule.group] == "in"]


@pytest.mark.parametrize("text", [b"please cancel the contract, we lost $ 500", b"no answer yet", b"", b"2 3 4"])
def test_a_gate_lets_through_just_the_rules_that_match(text: bytes) -> None:
    known = lexicon("en")
    matching = [rule for rule in known.gates["in"][1] if rule.pattern.search(text)]
    assert known.candidates(text, "in") == matching


def test_a_lexicon_of_ones_own_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "en.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_lexicon(path).version == "en-7"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"nl\.toml: cannot be read"):
        load_lexicon(tmp_path / "nl.toml")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('any = ["(?<!no )news"]', r"my\.toml, line 9: RE2 refuses the pattern"),
        ('any = ["(news"]', r"my\.toml, line 9: RE2 refuses the pattern"),
        ('any = ["%supplier% left"]', r"my\.toml, line 9: %supplier% is not among the \[words\]"),
        ('any = ["ニュース"]', r"my\.toml, line 9: .* a character that folding does not know"),
    ],
)
def test_a_bad_pattern_is_refused_with_file_and_line(line: str, says: str) -> None:
    with pytest.raises(LexiconError, match=says):
        parse_lexicon(f'{GOOD}[[rule]]\nid = "two"\ngroup = "chase"\n{line}\n', "my.toml", "en")


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(LexiconError, match="group 'chose' is unknown"):
        parse_lexicon(GOOD.replace('"chase"', '"chose"'), "my.toml", "en")


def test_a_rule_that_stands_twice_is_refused() -> None:
    with pytest.raises(LexiconError, match="stands twice"):
        parse_lexicon(GOOD + GOOD.partition("\n")[2], "my.toml", "en")


def test_broken_toml_is_refused() -> None:
    with pytest.raises(LexiconError, match=r"my\.toml: not valid TOML"):
        parse_lexicon("version = ", "my.toml", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rule_is_slow_on_a_hostile_text(language: str) -> None:
    texts = [
        (word * (65_536 // len(word))).encode()
        for word in ("a", " ", "we will ", "our lawyers cancel the contract ", "1.1. ")
    ]
    slow = []
    for rule in lexicon(language).rules:
        for text in texts:
            started = perf_counter()
            rule.pattern.search(text)
            if perf_counter() - started > 0.25:  # a fifth of that on a quiet machine
                slow.append(rule.id)
    assert slow == []
