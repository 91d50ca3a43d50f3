"""Load the words that give automatic mail away (config/automatic.toml)."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from ingest.quotewords import Beginnings, check_tables, words_of

KEYS = ("bounce_subjects", "bounce_openings", "away_subjects", "away", "away_until", "robot_openings")


@dataclass(frozen=True)
class AutoWords:
    """All languages together, in lower case; the keys are explained in config/automatic.toml."""

    version: str
    bounce_subjects: Beginnings
    bounce_openings: Beginnings
    away_subjects: Beginnings
    away: tuple[str, ...]
    away_until: tuple[str, ...]
    robot_openings: Beginnings


def load_auto_words(path: Path | None = None) -> AutoWords:
    """Read the words at `path`, or the shipped ones.

    Raises OSError when the file cannot be read, and ValueError when it is not TOML or a table is not made of lists
    of words; the text then names file, language and key.
    """
    source = path or files("config").joinpath("automatic.toml")
    tables = tomllib.loads(source.read_text(encoding="utf-8"))
    version = str(tables.pop("version", ""))
    check_tables(tables, frozenset(KEYS), str(source))
    words = {key: words_of(tables.values(), key) for key in KEYS}
    return AutoWords(
        version=version,
        bounce_subjects=Beginnings(words["bounce_subjects"]),
        bounce_openings=Beginnings(words["bounce_openings"]),
        away_subjects=Beginnings(words["away_subjects"]),
        away=words["away"],
        away_until=words["away_until"],
        robot_openings=Beginnings(words["robot_openings"]),
    )


@lru_cache(maxsize=1)
def shipped_auto_words() -> AutoWords:
    """The words that come with the product, read once."""
    return load_auto_words()
