"""Tells how senior a job title is, by the rows of titles.toml."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import re2

from config.fold import fold, fold_pattern


@cache
def seniority(title: str) -> int:
    """3 for the top of a company, 2 for heads of the house, 1 for directors, 0 for anybody else."""
    folded = fold(title)
    return next((level for level, pattern in _rows() if pattern.search(folded)), 0)


@cache
def _rows() -> tuple[tuple[int, Any], ...]:
    data = tomllib.loads(files("config").joinpath("titles.toml").read_text(encoding="utf-8"))
    return tuple((row["level"], _compiled(row["any"])) for row in data["title"])


def _compiled(patterns: list[str]) -> Any:
    whole = "|".join(f"(?:{fold_pattern(pattern)})" for pattern in patterns)
    return re2.compile(f"\\b(?:{whole})".encode("ascii"))
