"""Sets plain text for a narrow screen: wrapped paragraphs, quotes and two-column tables."""

import textwrap
import unicodedata
from collections.abc import Iterable

from alerts.clean import body_text, one_line

WIDTH = 66
"""Columns of a line; with the quote marks mail programs add when answering, it stays under 72."""

LABEL_WIDTH = 11


def wrap(text: object, indent: str = "", first: str | None = None, width: int = WIDTH) -> str:
    """`text` as lines of at most `width` columns; blank lines stay, over-long words are cut."""
    paragraphs = body_text(text).split("\n")
    lines: list[str] = []
    for number, paragraph in enumerate(paragraphs):
        lead = indent if first is None or number else first
        lines += _fill(paragraph, lead, indent, width) or [""]
    return "\n".join(line.rstrip() for line in lines)


def quoted(text: object, indent: str = "  ") -> str:
    """A quotation on lines of its own, in quote marks."""
    return wrap(f"“{one_line(text, 600)}”", indent + " ", indent)


def table(rows: Iterable[tuple[str, str]], indent: str = "  ") -> str:
    """Label and value in two columns, the value wrapped under itself."""
    hang = indent + " " * LABEL_WIDTH
    return "\n".join(wrap(value, hang, f"{indent}{label:<{LABEL_WIDTH}}") for label, value in rows)


def choices(rows: Iterable[tuple[str, str]], indent: str = "  ") -> str:
    """Words to type and what they do, aligned to the longest."""
    rows = list(rows)
    column = min(max((len(words) for words, _ in rows), default=0) + 2, 24)
    return "\n".join(wrap(meaning, indent + " " * column, f"{indent}{words:<{column}}") for words, meaning in rows)


def tidy(text: str) -> str:
    """The whole text: no trailing blanks, never two empty lines in a row, no line over 72 characters."""
    lines: list[str] = []
    for line in body_text(text, 200_000).split("\n"):
        for piece in textwrap.wrap(line, 72, drop_whitespace=False) if len(line) > 72 else [line]:  # noqa: PLR2004
            if piece.strip() or (lines and lines[-1]):
                lines.append(piece.rstrip())
    return "\n".join(lines).strip("\n") + "\n"


def _fill(paragraph: str, first: str, rest: str, width: int) -> list[str]:
    # East Asian letters take two columns each.
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in paragraph)
    columns = width // 2 if wide * 3 > len(paragraph) else width
    return textwrap.wrap(
        paragraph,
        max(columns, len(rest) + 12, len(first) + 12),
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    )
