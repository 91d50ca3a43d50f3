"""Split a mail's text into what its writer wrote now, what is quoted or forwarded, and the signature."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.quotemarks import LONGEST
from ingest.quotescan import Scan, scan_lines
from ingest.quotewords import QuoteWords, shipped_words
from ingest.signature import is_rule, signature_start

BANNER_LINES = 8
"""A warning of the mail server stands within the first lines."""
FORWARDS = 20
"""Forwards in a row, each without a word of its own, that are looked through."""


@dataclass(frozen=True)
class NewText:
    """One mail's text, taken apart by whole lines; every field holds lines of the input unchanged.

    `text` is what the writer wrote in this mail, answers between quotes included (an empty line between them),
    without quotes and signature. It is strictly his own: nothing that may be a quote is in it.
    `signature` is the writer's signature block, empty when none was found.
    `quoted_from` is the index of the first line (0-based) that is quoted, or None.
    `forwarded` says that the mail passes on another one.
    `passed_on` is what stands below the head of a quote without marks, when the writer wrote nothing above it:
    the forwarded mail, or an answer that some programs put there. It is never a command.
    """

    text: str
    signature: str = ""
    quoted_from: int | None = None
    forwarded: bool = False
    passed_on: str = ""


def split_new_text(text: str, words: QuoteWords | None = None) -> NewText:
    """Take `text` apart, in time that grows with its length and no faster, whatever it holds."""
    words = words or shipped_words()
    lines = text.replace("\r\n", "\n").split("\n")
    scan = scan_lines(lines, 0, words)
    own, signature = _own(lines, scan.runs, words)
    if own or scan.quoted_from is None:
        # Without a quote everything is the writer's, even when it all looks like a signature.
        return NewText(own or _text(lines, 0, len(lines)), signature if own else "", scan.quoted_from, scan.forwarded)
    below, forwarded = _below_heads(lines, scan, words)
    if forwarded and not below:
        below = _text(lines, scan.quoted_from, len(lines))
    return NewText("", signature, scan.quoted_from, forwarded, below)


def new_text(text: str) -> str:
    """Strictly what the writer wrote in this mail: the part that may command."""
    return split_new_text(text).text


def _below_heads(lines: Sequence[str], scan: Scan, words: QuoteWords) -> tuple[str, bool]:
    """The text below the head of a quote that has nothing above it, and whether the mail is a forward."""
    below, forwarded = "", scan.forwarded
    for _ in range(FORWARDS):
        if below or not scan.resumes_at:
            break
        forwarded = forwarded or scan.passes_on
        scan = scan_lines(lines, scan.resumes_at, words)
        below, _ = _own(lines, scan.runs, words)
    return below, forwarded


def _own(lines: Sequence[str], runs: Sequence[tuple[int, int]], words: QuoteWords) -> tuple[str, str]:
    """The text and the signature of the own lines."""
    texts, signatures = [], []
    for position, (first, end) in enumerate(runs):
        begin = _below_banner(lines, first, end, words) if position == 0 else first
        closing = position in (0, len(runs) - 1)
        start = signature_start(lines, begin, end, words, closing=closing)
        texts.append(_text(lines, begin, start))
        signatures.append(_text(lines, _below_rules(lines, start, end), end))
    return "\n\n".join(filter(None, texts)), "\n".join(filter(None, signatures))


def _below_banner(lines: Sequence[str], first: int, end: int, words: QuoteWords) -> int:
    """The first line below a warning that the mail server put above the text."""
    top = next((number for number in range(first, min(end, first + BANNER_LINES)) if lines[number].strip()), first)
    if top >= end or not words.banners.of(lines[top][:LONGEST].strip(" \t*-[").casefold()):
        return first
    blank = (number for number in range(top + 1, min(end, top + BANNER_LINES)) if not lines[number].strip())
    return next(blank, top + 1)


def _below_rules(lines: Sequence[str], first: int, end: int) -> int:
    while first < end and is_rule(lines[first]):
        first += 1
    return first


def _text(lines: Sequence[str], first: int, end: int) -> str:
    """The lines as one text, without blank lines at the beginning and the end."""
    while first < end and not lines[first].strip():
        first += 1
    while end > first and not lines[end - 1].strip():
        end -= 1
    return "\n".join(lines[first:end])
