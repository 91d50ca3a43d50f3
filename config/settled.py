"""How customers say that a matter is settled, compiled from `settled.toml`."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from config.fold import fold


@dataclass(frozen=True)
class Words:
    """The patterns of one language, for folded text."""

    says: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str]


def says_settled(sentence: str, language: str) -> bool:
    """Whether a sentence says that the matter is settled for its writer; English where the language is not known."""
    if "?" in sentence or len(sentence) > _LONGEST:
        return False
    words = _words()
    known = words.get(language, words["en"])
    folded = fold(sentence).decode()
    return known.unless.search(folded) is None and any(each.search(folded) for each in known.says)


_LONGEST = 400
"""Characters: a longer sentence is no plain word of the matter's end."""


@cache
def _words() -> dict[str, Words]:
    data = tomllib.loads(files("config").joinpath("settled.toml").read_text(encoding="utf-8"))
    return {
        language: Words(tuple(re.compile(each) for each in row["says"]), re.compile(row["unless"]))
        for language, row in data.items()
    }
