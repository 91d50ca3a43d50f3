"""Finds the names of things with a digit in them - error codes, models, machines - by the rows of codes.toml."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from config.fold import fold, fold_pattern
from config.pattern import Pattern

MOST = 16
"""Codes of one text that are kept; tables and logs hold hundreds, and those name nothing in particular."""

_LONGEST = 24
_DIGIT = Pattern(rb"\d")
_NAME = Pattern(
    rb"\b(?:[a-z]{1,12}[-_]?\d{1,8}[a-z0-9]{0,4}(?:[-_/][a-z0-9]{1,10}){0,3}|\d{1,6}[-_]?[a-z]{1,6}(?:[-_]?\d{1,8})?|0x[0-9a-f]{3,8})\b"
)


def codes_of(text: str) -> tuple[str, ...]:
    """The codes of a text in order of place, folded, without joints: `HX-40` is `hx40`, `Fehler 307` `error 307`."""
    return codes_in(fold(text))


def codes_in(folded: bytes) -> tuple[str, ...]:
    """The same of a text that is folded already."""
    if not _DIGIT.search(folded):
        return ()
    found: dict[str, None] = {}
    for match in _fault().finditer(folded):
        found.setdefault("error " + _plain(folded[slice(*match[1])]))
    for match in _NAME.finditer(folded):
        name = _plain(folded[slice(*match[0])])
        if len(name) <= _LONGEST and not _in_address(folded, *match[0]) and not _never().match(name.encode()):
            found.setdefault(name)
        if len(found) >= MOST:
            break
    return tuple(found)[:MOST]


def _plain(name: bytes) -> str:
    return name.translate(None, b"-_/ ").decode()


def _in_address(folded: bytes, start: int, end: int) -> bool:
    """Whether it is a piece of a link, a mail address or a path, which name places rather than things."""
    return folded[start - 1 : start] in {b"/", b"@", b"=", b"%", b"."} or folded[end : end + 1] in {b"@", b"/", b"="}


def is_plain(word: str) -> bool:
    """Whether a folded word of a subject line says nothing of what it is about (`problem`, `urgent`)."""
    return word in _plain_words()


@cache
def _plain_words() -> frozenset[str]:
    return frozenset(_data()["plain"].split())


@cache
def _fault() -> Pattern:
    data = _data()
    between = f"(?: ?(?:{'|'.join(data['between'])})){{0,2}}"
    return _compiled(f"\\b(?:{'|'.join(data['faults'])}){between} ?([a-z]{{0,6}}[-_]?\\d{{1,8}}[a-z]?)\\b")


@cache
def _never() -> Pattern:
    return _compiled(f"(?:{'|'.join(_data()['never'])})$")


def _compiled(pattern: str) -> Pattern:
    return Pattern(fold_pattern(pattern).encode("ascii"))


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("config").joinpath("codes.toml").read_text(encoding="utf-8"))
