"""Load the words that mark quotes, forwards and signatures (config/quotes.toml), in the shape the scanners need."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

LABEL_KINDS = ("from", "to", "cc", "date", "subject", "other")
KEYS = frozenset(
    {
        *LABEL_KINDS,
        *("openers", "verbs", "original", "forwarded", "reply_above", "mobile", "signoffs", "prose"),
        *("disclaimers", "legal", "footers", "banners"),
    }
)


class Beginnings:
    """Many beginnings of lines, looked up by their first two letters: the cost does not grow with the number."""

    def __init__(self, phrases: Iterable[str]) -> None:
        table: dict[str, list[str]] = {}
        for phrase in phrases:
            table.setdefault(phrase[:2], []).append(phrase)
        self._table = {key: tuple(found) for key, found in table.items()}

    def of(self, low: str) -> bool:
        """Whether the lower-case line begins with one of the phrases."""
        phrases = self._table.get(low[:2])
        return phrases is not None and low.startswith(phrases)

    def longest(self, low: str) -> str:
        """The longest phrase that the lower-case line begins with, or ""."""
        phrases = self._table.get(low[:2], ())
        return max((phrase for phrase in phrases if low.startswith(phrase)), key=len, default="")


@dataclass(frozen=True)
class QuoteWords:
    """All languages together, in lower case: the language of the answered mail need not be that of the answer.

    `labels` maps a header label to its kinds, each of `LABEL_KINDS` (a word may mean different ones in two languages).
    """

    version: str
    openers: Beginnings
    verbs: re.Pattern[str]
    labels: dict[str, frozenset[str]]
    original: frozenset[str]
    forwarded: Beginnings
    reply_above: re.Pattern[str]
    mobile: Beginnings
    signoffs: frozenset[str]
    prose: frozenset[str]
    disclaimers: Beginnings
    legal: tuple[str, ...]
    footers: Beginnings
    banners: Beginnings


def load_quote_words(path: Path | None = None) -> QuoteWords:
    """Read the words at `path`, or the shipped ones.

    Raises OSError when the file cannot be read, and ValueError when it is not TOML or a table is not made of lists
    of words; the text then names file, language and key.
    """
    source = path or files("config").joinpath("quotes.toml")
    tables = tomllib.loads(source.read_text(encoding="utf-8"))
    version = str(tables.pop("version", ""))
    check_tables(tables, KEYS, str(source))
    words = {key: words_of(tables.values(), key) for key in KEYS}
    return QuoteWords(
        version=version,
        # A CJK word is not followed by a space.
        openers=Beginnings(word if ord(word[0]) > 0x2E80 else f"{word} " for word in words["openers"]),  # noqa: PLR2004
        verbs=_any_of(words["verbs"]),
        labels=_labels(words),
        original=frozenset(words["original"]),
        forwarded=Beginnings(words["forwarded"]),
        reply_above=_any_of(words["reply_above"]),
        mobile=Beginnings(words["mobile"]),
        signoffs=frozenset(words["signoffs"]),
        prose=frozenset(words["prose"]),
        disclaimers=Beginnings(words["disclaimers"]),
        legal=words["legal"],
        footers=Beginnings(words["footers"]),
        banners=Beginnings(words["banners"]),
    )


@lru_cache(maxsize=1)
def shipped_words() -> QuoteWords:
    """The words that come with the product, read once."""
    return load_quote_words()


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """A pattern of plain words only, so that it cannot backtrack; without any word it matches nothing."""
    return re.compile("|".join(map(re.escape, phrases)) or "(?!)")


def _labels(words: dict[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    labels: dict[str, frozenset[str]] = {}
    for kind in LABEL_KINDS:
        for label in words[kind]:
            labels[label] = labels.get(label, frozenset()) | {kind}
    return labels


def check_tables(tables: dict[str, object], keys: frozenset[str], source: str) -> None:
    """Refuse, with ValueError, what is not a table of lists of words, and a key that nothing reads."""
    for language, table in tables.items():
        if not isinstance(table, dict):
            raise ValueError(  # noqa: TRY004 - the file is wrong, not the program
                f"{source}: `{language}` must be a table, as in [{language}], with lists of words."
            )
        for key, words in table.items():
            if key not in keys:
                raise ValueError(f"{source}: [{language}] has no key `{key}`; use one of {', '.join(sorted(keys))}.")
            if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
                raise ValueError(f"{source}: [{language}] {key} must be a list of words, none of them empty.")


def words_of(tables: Iterable[dict[str, list[str]]], key: str) -> tuple[str, ...]:
    """The words under `key` of all languages, lower case, without repeats, in the file's order."""
    return tuple(dict.fromkeys(word.casefold() for table in tables for word in table.get(key, ())))
