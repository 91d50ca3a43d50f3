"""Loads the phrases of one language from TOML, compiles them with RE2 and refuses a bad one with file and line."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import re2

from config.fold import fold, fold_pattern
from config.pattern import Found, Pattern

LANGUAGES = ("en", "de", "fr", "es", "pt")

GROUPS = {
    "account_risk": "in", "management": "in", "named_executive": "in", "chase": "in", "request": "in",
    "problem": "in", "thanks": "in", "closing": "in", "withdrawn": "in", "release": "in", "supply": "in",
    "received": "in", "not_request": "in",
    "need": "in", "not_need": "in", "amount": "in", "impact": "in", "outage": "in", "urgency": "in", "drill": "in",
    "promise": "out", "condition": "out", "no_promise": "out", "verb": "out", "holding": "out", "courtesy": "out",
    "delivered": "out", "spoken": "out", "on_site": "out", "cancelled": "out", "moved": "out", "back_question": "out",
    "date": "out", "handover": "out", "reschedule": "in", "again": "in", "decider": "in",
}  # fmt: skip
"""Every group a rule may name, and whose messages it is looked for in."""

_MEMORY = 4 << 20
"""Bytes the automaton of one pattern may grow to; then RE2 starts it afresh. Without a bound a worker grows by 50 MB in
12,000 mails; four times as much reads a text a tenth faster."""


class LexiconError(ValueError):
    """A lexicon cannot be used; the sentence names file, line and what to do."""


@dataclass(frozen=True)
class Rule:
    """One row of a lexicon: the pattern, what must and what must not stand in the same sentence."""

    id: str
    group: str
    part: str
    pattern: Pattern
    needs: Pattern | None = None
    unless: Pattern | None = None
    verb_not: Pattern | None = None
    verb_but: Pattern | None = None

    def groups(self, match: Found, text: bytes) -> dict[str, tuple[int, str]]:
        """The named parts of a match in `text` that took part in it: where each begins, and what it says."""
        parts = ((name, *match[index]) for name, index in self.pattern.names)
        return {name.rstrip("0123456789"): (at, text[at:end].decode()) for name, at, end in parts if at >= 0}


Gate = tuple[Any, tuple[Rule, ...]]
"""An RE2 filter, and its rules in the order in which it numbers them.

It looks once for the words that each pattern cannot do without, then only for the patterns whose words are there. One
set of many patterns reads a text once too, but its states multiply; sets of five were half slower."""


@dataclass(frozen=True)
class Lexicon:
    """The rules of one language, and the gates that say which rules of a side can be in a text."""

    language: str
    version: str
    rules: tuple[Rule, ...]
    stopwords: frozenset[bytes]
    words: dict[str, str]
    tables: dict[str, Any]
    gates: dict[str, Gate] = field(default_factory=dict)

    def candidates(self, text: bytes, side: str) -> list[Rule]:
        """The rules of a side whose pattern is somewhere in the folded text; some groups are sides by themselves."""
        gate, rules = self.gates[side]
        return [rules[index] for index in sorted(gate.Match(text) or ())] if rules else []


@cache
def lexicon(language: str) -> Lexicon:
    """The shipped lexicon of a language.

    Raises:
        LexiconError: a pattern is bad.
    """
    name = f"lexicons/{language}.toml"
    return parse_lexicon(files("config").joinpath(name).read_text(encoding="utf-8"), name, language)


def load_lexicon(path: Path) -> Lexicon:
    """A lexicon from a file of one's own, named after its language (`en.toml`).

    Raises:
        LexiconError: it cannot be read, is no TOML, or holds a bad pattern.
    """
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LexiconError(f"{path}: cannot be read: {error}") from error
    return parse_lexicon(source, str(path), path.stem)


def parse_lexicon(source: str, name: str, language: str) -> Lexicon:
    """Compile the text of a lexicon; `name` is what errors call it.

    Raises:
        LexiconError: it is no TOML or holds a bad pattern.
    """
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise LexiconError(f"{name}: not valid TOML: {error}") from error
    tables = _fold_tables(data.get("tables", {}))
    words = {k: str(v) for k, v in data.get("words", {}).items()} | _table_words(tables)
    reader = _Reader(source, name, language, words)
    rules = tuple(reader.rule(row) for row in data.get("rule", []))
    return Lexicon(
        language=language,
        version=f"{language}-{data.get('version', '0')}",
        rules=rules,
        stopwords=frozenset(fold(data.get("stopwords", "")).split()),
        words={key: reader.expand(value, value) for key, value in reader.words.items()},
        tables=tables,
        gates={side: reader.gate(rules, side) for side in ("in", "out", "promise", "date", "urgency", "drill")},
    )


def _fold_tables(tables: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {table: {fold(key).decode(): value for key, value in rows.items()} for table, rows in tables.items()}


def _table_words(tables: dict[str, dict[str, Any]]) -> dict[str, str]:
    """An alternation of each table's keys, the longest first, under the table's name in the singular."""
    return {
        table.removesuffix("s"): "|".join(re2.escape(key) for key in sorted(rows, key=len, reverse=True))
        for table, rows in tables.items()
    }


@dataclass(frozen=True)
class _Reader:
    """Reads rows of one file, and knows where in it they stand."""

    source: str
    name: str
    language: str
    words: dict[str, str]
    sources: dict[str, str] = field(default_factory=dict)

    def rule(self, row: dict[str, Any]) -> Rule:
        """Compile one `[[rule]]`."""
        for key in ("id", "group", "any"):
            if key not in row:
                raise LexiconError(f"{self.name}: a rule has no `{key}`: {row.get('id', row)}")
        if row["group"] not in GROUPS:
            raise self.error(row["id"], f"group {row['group']!r} is unknown; use one of {', '.join(GROUPS)}")
        rule_id = f"{self.language}.{row['id']}"
        if rule_id in self.sources:
            raise self.error(row["id"], f"rule {row['id']!r} stands twice; give each its own id")
        for pattern in row["any"]:
            self.compile(pattern)
        self.sources[rule_id] = _number_names("|".join(f"(?:{self.expand(p, p)})" for p in row["any"]))
        extra = {key: self.compile(row[key]) for key in ("needs", "unless", "verb_not", "verb_but") if key in row}
        return Rule(rule_id, row["group"], row.get("part", ""), _compiled(self.sources[rule_id]), **extra)

    def gate(self, rules: tuple[Rule, ...], side: str) -> Gate:
        """The gate of all rules of a side."""
        members = tuple(rule for rule in rules if side in {GROUPS[rule.group], rule.group})
        gate = re2.Filter()
        for rule in members:
            gate.Add(self.sources[rule.id].encode("ascii"), _options())
        if members:
            gate.Compile()
        return gate, members

    def compile(self, pattern: str) -> Pattern:
        """Compile a pattern with RE2, or say where the bad one stands."""
        try:
            return _compiled(self.expand(pattern, pattern))
        except re2.error as error:
            reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
            raise self.error(pattern, f"RE2 refuses the pattern {pattern!r}: {reason}") from error

    def expand(self, pattern: str, origin: str) -> str:
        """Put the words of the file in the place of `%word%`, and fold accents."""
        pieces = pattern.split("%")
        for index in range(1, len(pieces), 2):
            if pieces[index] not in self.words:
                raise self.error(origin, f"%{pieces[index]}% is not among the [words] of this file")
            pieces[index] = f"(?:{self.expand(self.words[pieces[index]], origin)})"
        folded = fold_pattern("".join(pieces))
        if not folded.isascii():
            raise self.error(origin, f"the pattern {pattern!r} holds a character that folding does not know")
        return folded

    def error(self, origin: str, sentence: str) -> LexiconError:
        """The sentence with file and line of `origin`."""
        at = self.source.find(origin)
        line = self.source.count("\n", 0, at) + 1 if at >= 0 else 1
        return LexiconError(f"{self.name}, line {line}: {sentence}")


def _number_names(pattern: str) -> str:
    """`(?P<v>` becomes `(?P<v0>`, `(?P<v1>` ...: RE2 wants every name once, alternatives want the same one."""
    pieces = pattern.split("(?P<")
    for index in range(1, len(pieces)):
        name, _, rest = pieces[index].partition(">")
        pieces[index] = f"{name.rstrip('0123456789')}{index}>{rest}"
    return "(?P<".join(pieces)


def _compiled(pattern: str) -> Pattern:
    return Pattern(pattern.encode("ascii"), _options())


def _options() -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.max_mem = _MEMORY
    return options


def lexicons() -> Iterator[Lexicon]:
    """The shipped lexicons of all languages."""
    return (lexicon(language) for language in LANGUAGES)
