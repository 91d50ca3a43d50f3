"""Cuts text into words as search knows them: in lower case, without accents, each with its place in the text."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+")
_WHOLE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})  # noqa: RUF001
"""Letters that Unicode does not take apart, but people without such a keyboard do."""

LONGEST = 80
"""Characters of a word; longer runs are encoded files and links, which nobody searches for."""


class Token(NamedTuple):
    """A word, folded, and where it stands in the text."""

    word: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The words of a text in order; `ESC-42`, addresses and links fall into their parts."""
    for found in _WORD.finditer(text):
        if found.end() - found.start() <= LONGEST:
            yield Token(fold_word(found[0]), found.start(), found.end())


def words(text: str) -> list[str]:
    """The words alone."""
    if text.isascii():
        return [word for word in _WORD.findall(text.lower()) if len(word) <= LONGEST]
    return [token.word for token in tokens(text)]


def accented(text: str) -> str:
    """The words of a text in lower case with their accents, which the rules of stemming need; empty without any."""
    if text.isascii():
        return ""
    return " ".join(word.lower() for word in _WORD.findall(text) if len(word) <= LONGEST)


def fold_word(word: str) -> str:
    """One word folded: `Größe` is `grosse`, `résolu` is `resolu`."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.casefold().translate(_WHOLE))
    return "".join(char for char in apart if not unicodedata.combining(char))
