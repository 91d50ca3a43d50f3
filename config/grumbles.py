"""Loads the weighted phrases that make a mail's tone, a file for each language; refuses a bad one with its line."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import re2

from config.fold import fold_pattern
from config.lexicon import LexiconError
from config.pattern import Pattern

_MEMORY = 16 << 20
"""Bytes the automaton of one language may grow to; with 4 MB it is made anew with every mail, ten times slower.

More than 12 MB win nothing."""

_KEPT = 20_000
"""Matched texts whose weight is remembered; what varies is only the wording of a few hundred phrases."""

_SIGNS = frozenset("!+}")
"""Ends of a phrase behind which no word need end: `!{3,}`, `!+`, or a word that a `+` takes whole."""


@dataclass(frozen=True)
class Row:
    """Phrases of the same weight, in logits; `pattern` fits any of them as a whole."""

    weight: float
    pattern: Pattern


@dataclass(frozen=True)
class Grumbles:
    """The phrases of one language; `pattern` finds the longest of all that begin at the first place where one does."""

    version: str
    pattern: Pattern
    rows: tuple[Row, ...]
    weights: dict[bytes, float]

    def weight(self, phrase: bytes) -> float:
        """What a text that `pattern` found is worth: the weight of the first row that fits it, in logits."""
        known = self.weights.get(phrase)
        if known is None:
            known = next((row.weight for row in self.rows if row.pattern.fullmatch(phrase)), 0.0)
            if len(self.weights) < _KEPT:
                self.weights[phrase] = known
        return known


@cache
def grumbles(language: str) -> Grumbles:
    """The shipped phrases of a language.

    Raises:
        LexiconError: a row is bad.
    """
    name = f"tone/{language}.toml"
    return parse_grumbles(files("config").joinpath(name).read_text(encoding="utf-8"), name, language)


def parse_grumbles(source: str, name: str, language: str) -> Grumbles:
    """Compile the text of a file; `name` is what errors call it.

    Raises:
        LexiconError: it is no TOML, a row lacks its weight or phrases, or a pattern is bad.
    """
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"{name}: not valid TOML: {error}") from error
    rows = data.get("row", [])
    for row in rows:
        if not isinstance(row.get("weight"), int | float) or not row.get("any"):
            raise LexiconError(f"{name}: a row needs `weight`, a number, and `any`, a list of phrases: {row}")
    phrases = [phrase for row in rows for phrase in row["any"]]
    try:
        pattern = _compiled([_bounded(phrase) for phrase in phrases])
        kept = tuple(Row(float(row["weight"]), _compiled(row["any"])) for row in rows)
    except (re2.error, UnicodeEncodeError):
        kept = ()
    if not kept or any(row.pattern.search(b"") for row in kept):
        for phrase in phrases:
            _check(phrase, source, name)
    return Grumbles(f"{language}-tone-{data.get('version', '0')}", pattern, kept, {})


def _check(phrase: str, source: str, name: str) -> None:
    """Raise the sentence that says what is wrong with a phrase, if anything is."""
    at = source.find(phrase)
    where = f"{name}, line {source.count(chr(10), 0, at) + 1 if at >= 0 else 1}"
    if not fold_pattern(phrase).isascii():
        raise LexiconError(f"{where}: the pattern {phrase!r} holds a character that folding does not know")
    try:
        pattern = _compiled([phrase])
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
        raise LexiconError(f"{where}: RE2 refuses the pattern {phrase!r}: {reason}") from error
    if pattern.search(b""):
        raise LexiconError(f"{where}: the pattern {phrase!r} fits nothing at all; it must hold a word")


def _compiled(phrases: list[str]) -> Pattern:
    options = re2.Options()
    options.case_sensitive = False
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.longest_match = True
    options.max_mem = _MEMORY
    whole = "|".join(f"(?:{fold_pattern(phrase)})" for phrase in phrases)
    return Pattern(whole.encode("ascii"), options)


def _bounded(phrase: str) -> str:
    """Words begin and end where the phrase does; what begins or ends with a sign may stand anywhere."""
    before = r"\b" if phrase[:1].isalnum() or phrase.startswith("(?:") else ""
    after = r"\b" if phrase[-1:] not in _SIGNS and phrase[-2:-1] != "\\" else ""
    return f"{before}(?:{phrase}){after}"
