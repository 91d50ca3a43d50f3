"""Tells how senior a job title is, and what its bearer decides, by the rows of titles.toml."""

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from config.fold import fold, fold_pattern
from config.pattern import Pattern

_REMEMBERED = 4096
"""Titles whose answer is kept: lines of signatures recur, and must not fill the memory."""

PEER = "peer"
"""The role of somebody of weight whose say is not known."""


@lru_cache(_REMEMBERED)
def seniority(title: str) -> int:
    """3 for the top of a company, 2 for heads of the house, 1 for directors, 0 for anybody else."""
    return _rank(fold(title)) or 0


@lru_cache(_REMEMBERED)
def role(title: str) -> str:
    """What somebody of this title decides: legal, security, procurement, finance, programme, exec, peer or nothing."""
    folded = fold(title)
    name = _role(folded, "title")
    if name and name != PEER:
        return name
    rank = _rank(folded)
    if name is None or rank == 0:
        return ""
    if rank is not None and rank > 1:
        return "exec"
    return PEER if name or rank else ""


def spoken_role(sentence: str) -> str:
    """The same of a sentence that introduces somebody: `I have copied Ana from purchasing`."""
    return _role(fold(sentence), "phrase") or ""


def _rank(folded: bytes) -> int | None:
    """The level of the first row that fits, 0 for a guard; None when none does."""
    return next((level for level, pattern in _rows() if pattern.search(folded)), None)


def _role(folded: bytes, key: str) -> str | None:
    """The first role that fits; None when a guard stands before it, empty when nothing does."""
    found = next((name for name, patterns in _roles() if patterns[key].search(folded)), None)
    return None if found == "" else found or ""


@cache
def _rows() -> tuple[tuple[int, Pattern], ...]:
    return tuple((row["level"], _compiled(row["any"])) for row in _data()["title"])


@cache
def _roles() -> tuple[tuple[str, dict[str, Pattern]], ...]:
    rows = _data()["role"]
    return tuple((row["name"], {key: _compiled(row[key]) for key in ("title", "phrase")}) for row in rows)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("config").joinpath("titles.toml").read_text(encoding="utf-8"))


def _compiled(patterns: list[str]) -> Pattern:
    whole = "|".join(f"(?:{fold_pattern(pattern)})" for pattern in patterns)
    return Pattern(f"\\b(?:{whole})".encode("ascii"))
