"""Reads the sentences of `said/`: by language, those that must be heard and those that must not."""

import tomllib
from pathlib import Path


def said(name: str, side: str) -> list[tuple[str, str]]:
    """Pairs of language and sentence of one file; `side` is `yes` or `no`."""
    path = Path(__file__).parent / "said" / f"{name}.toml"
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return [(language, sentence) for language, sides in data.items() for sentence in sides[side]]
