"""Recognise the lines that mail programs put above a quote: attributions, header blocks, dividers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ingest.quotewords import QuoteWords

LONGEST = 300
"""Characters of a line that are looked at: attributions are shorter, and it keeps a hostile line cheap."""
ATTRIBUTION_LINES = 4
"""An attribution is wrapped over up to four lines (long names with addresses, at 72 columns)."""
BLOCK_LINES = 24
"""A header block with long To and Cc lists, wrapped."""
CONTINUED = 8
"""Wrapped lines of one To or Cc list."""

_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}[:.h]\d\d|\b(?:19|20)\d\d\b|\d{4}年|\d[- ]\w{3}[- ]\d\d")
_DIGIT = re.compile(r"\d")
_TIME = re.compile(r"\d{1,2}[:.h]\d\d|\d [ap]\.?m\b|时|時", re.IGNORECASE)
_DIVIDER_MARKS = " \t-_=*~#+<>—–"
_LABEL_MARKS = " \t\xa0*_"
_LABEL_CHARACTERS = 26


class Divider(Enum):
    """What the line between an answer and what it answers announces."""

    ORIGINAL = "original"
    FORWARDED = "forwarded"


def divider(line: str, words: QuoteWords) -> Divider | None:
    """Whether the line is a divider such as `-----Original Message-----` or `Begin forwarded message:`."""
    core = line[:LONGEST].strip(_DIVIDER_MARKS).rstrip(" :：").casefold()
    if core in words.original and line.lstrip()[:1] in "-_=*~#+—–":
        return Divider.ORIGINAL
    if words.forwarded.of(core) and (line.lstrip()[:2] in ("--", "__", "==", "**") or line.rstrip()[-1:] in ":："):
        return Divider.FORWARDED
    return None


def above_this_line(line: str, words: QuoteWords) -> bool:
    """Whether a ticket system asks to write above this line, so that all below is quoted."""
    return words.reply_above.search(line[:LONGEST].casefold()) is not None


def attribution_start(lines: Sequence[str], last: int, words: QuoteWords, *, before_quote: bool) -> int | None:
    """The first line of the attribution ("On Monday Ann wrote:") that ends at line `last`, or None.

    With `before_quote`, quoted lines follow and weaker evidence is enough.
    """
    if not before_quote and not lines[last].rstrip(" \t\xa0*_").endswith((":", "：", "---")):
        return None
    joined = ""
    if not _has_evidence(lines[max(0, last - ATTRIBUTION_LINES + 1) : last + 1], before_quote=before_quote):
        return None
    for first in range(last, max(-1, last - ATTRIBUTION_LINES), -1):
        line = lines[first].strip()
        if not line or line[0] == ">":
            return None
        joined = f"{line[:LONGEST]} {joined}"
        if _is_attribution(joined.strip(" *_-"), words, before_quote=before_quote):
            return _whole(lines, first, last, words)
    return None


def _has_evidence(lines: Sequence[str], *, before_quote: bool) -> bool:
    """The cheap test that most lines with a colon fail: no address and no figure, no attribution."""
    return before_quote or any("@" in line[:LONGEST] or _DIGIT.search(line[:LONGEST]) for line in lines)


def has_date(text: str) -> bool:
    """Whether the text holds something like a date or a time of day."""
    return _DATE.search(text) is not None


def _is_attribution(text: str, words: QuoteWords, *, before_quote: bool) -> bool:
    low = text.casefold()
    verb = words.verbs.search(low) is not None
    addressed = "@" in text and ("<" in text or "(" in text or "[" in text or '"' in text)
    if before_quote:
        return _weak(text, words, verb=verb, addressed=addressed)
    if addressed and _DATE.search(text) and text.endswith((">:", "):", "]:", ">：")):
        return True
    return verb and (addressed or (words.openers.of(low) and _TIME.search(text) is not None))


def _weak(text: str, words: QuoteWords, *, verb: bool, addressed: bool) -> bool:
    colon = text.endswith((":", "："))
    dated = _DATE.search(text) is not None
    if verb and (colon or (dated and words.openers.of(text.casefold()))):
        return True
    if addressed and (colon or dated):
        return True
    return _DATE.match(text) is not None and not text.endswith((".", "!", "?"))


def _whole(lines: Sequence[str], first: int, last: int, words: QuoteWords) -> int:
    """Reach up to the line with the opener, date or sender, where the evidence lay in the lines below it."""
    top = first
    for upper in range(first - 1, max(-1, last - ATTRIBUTION_LINES), -1):
        line = lines[upper].strip()[:LONGEST]
        if not line or line[0] == ">":
            break
        if _DATE.match(line) or (words.openers.of(line.casefold()) and any(map(str.isdigit, line))):
            return upper
        if "@" in line and "<" in line:
            top = upper
    return top


@dataclass(frozen=True)
class HeaderBlock:
    """Lines that begin with header labels: `end` is the line after them, `found` whether they head a quoted mail."""

    end: int
    found: bool


def header_block(lines: Sequence[str], first: int, words: QuoteWords, *, announced: bool = False) -> HeaderBlock:
    """Look at the header block (From, Sent, To, Subject in any language) that starts at `first`.

    `announced` means that a divider stood above it: then two labels are enough.
    """
    kinds: set[str] = set()
    end = first
    continued = 0
    for number in range(first, min(len(lines), first + BLOCK_LINES)):
        line = lines[number]
        label = label_kinds(line, words)
        if label:
            kinds |= label if len(label) == 1 else label - kinds
            end, continued = number + 1, 0
        elif line.strip() and (kinds & {"to", "cc"} or number == end):
            continued += 1
        elif not line.strip() and number == end and _label_follows(lines, number + 1, words):
            continue
        else:
            break
        if continued > CONTINUED:
            break
    found = end - first > 1 and _is_block(kinds, announced=announced)
    # "From: Berlin / To: Rome / Date: 3 May" is a journey, not a header block.
    found = found and ("subject" in kinds or announced or any("@" in line for line in lines[first:end]))
    return HeaderBlock(end, found)


def label_kinds(line: str, words: QuoteWords) -> frozenset[str] | None:
    """The kinds of the header label the line begins with, or None."""
    head, colon, _ = line[:_LABEL_CHARACTERS].partition(":")
    if not colon:
        head, colon, _ = head.partition("：")
    return words.labels.get(head.strip(_LABEL_MARKS).casefold()) if colon else None


def _label_follows(lines: Sequence[str], number: int, words: QuoteWords) -> bool:
    """HTML turned into text often has an empty line between two labels."""
    return number < len(lines) and bool(label_kinds(lines[number], words))


def _is_block(kinds: set[str], *, announced: bool) -> bool:
    if "from" in kinds and kinds & {"date", "to"}:
        return announced or len(kinds - {"other"}) >= 3  # noqa: PLR2004
    return {"to", "subject"} <= kinds and (announced or bool(kinds & {"cc", "date"}))
