"""The tone files: all load, are broad, and a bad row is refused with a sentence that names file and line."""

import pytest

from config.grumbles import grumbles, parse_grumbles
from config.lexicon import LANGUAGES, LexiconError

GOOD = 'version = "7"\n[[row]]\nweight = 2.0\nany = ["too late"]\n'


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_shipped_file_loads_with_its_version(language: str) -> None:
    assert grumbles(language).version == f"{language}-tone-1"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_knows_anger_reproach_thanks_and_what_only_sounds_so(language: str) -> None:
    weights = {row.weight for row in grumbles(language).rows}
    assert {0.0, 3.4, 2.7, 1.7, -2.0} <= weights


def test_the_longest_phrase_counts() -> None:
    known = parse_grumbles(f'{GOOD}[[row]]\nweight = 0.0\nany = ["too late for me"]\n', "my.toml", "en")
    text = b"too late, too late for me"
    assert [known.weight(text[slice(*place)]) for place, *_ in known.pattern.finditer(text)] == [2.0, 0.0]


def test_a_phrase_is_whole_words() -> None:
    assert parse_grumbles(GOOD, "my.toml", "en").pattern.search(b"too lately") is None


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ('weight = 1\nany = ["(?<!no )late"]', r"my\.toml, line 7: RE2 refuses the pattern"),
        ('weight = 1\nany = ["(late"]', r"my\.toml, line 7: RE2 refuses the pattern"),
        ('weight = 1\nany = ["遅い"]', r"my\.toml, line 7: .* a character that folding does not know"),
        ('weight = 1\nany = ["(?:late)?"]', r"my\.toml, line 7: .* it must hold a word"),
        ('any = ["late"]', r"my\.toml: a row needs `weight`"),
        ("weight = 1", r"my\.toml: a row needs `weight`"),
    ],
)
def test_a_bad_row_is_refused_with_file_and_line(row: str, says: str) -> None:
    with pytest.raises(LexiconError, match=says):
        parse_grumbles(f"{GOOD}[[row]]\n{row}\n", "my.toml", "en")


def test_broken_toml_is_refused() -> None:
    with pytest.raises(LexiconError, match=r"my\.toml: not valid TOML"):
        parse_grumbles("version = ", "my.toml", "en")
