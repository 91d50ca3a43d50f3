"""Split a mail's text into what its writer wrote now, what is quoted or forwarded, and the signature."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.quotemarks import (
    LONGEST,
    Divider,
    above_this_line,
    attribution_start,
    divider,
    has_date,
    header_block_end,
    label_kinds,
)
from ingest.quotewords import QuoteWords, shipped_words
from ingest.signature import is_rule, signature_start

WRAPPED_AT = 66
"""A quoted line at least this long may have been wrapped by a mail server, which leaves its rest without ">"."""
WRAPPED_LINES = 2
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


@dataclass
class _Scan:
    """What is known of the lines: runs of own lines as (first, end), and the line from which all is quoted.

    `resumes_at` is the line below the head of that quote, 0 when there is no such quote.
    """

    runs: list[tuple[int, int]] = field(default_factory=list)
    quoted_from: int | None = None
    resumes_at: int = 0
    passes_on: bool = False
    forwarded: bool = False

    def quote(self, own_from: int, first: int) -> None:
        """Note that the own lines since `own_from` end before `first`, where a quote begins."""
        if first > own_from:
            self.runs.append((own_from, first))
        if self.quoted_from is None:
            self.quoted_from = first


def split_new_text(text: str, words: QuoteWords | None = None) -> NewText:
    """Take `text` apart, in time that grows with its length and no faster, whatever it holds."""
    words = words or shipped_words()
    lines = text.replace("\r\n", "\n").split("\n")
    scan = _scan(lines, 0, words)
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


def _below_heads(lines: Sequence[str], scan: _Scan, words: QuoteWords) -> tuple[str, bool]:
    """The text below the head of a quote that has nothing above it, and whether the mail is a forward."""
    below, forwarded = "", scan.forwarded
    for _ in range(FORWARDS):
        if below or not scan.resumes_at:
            break
        forwarded = forwarded or scan.passes_on
        scan = _scan(lines, scan.resumes_at, words)
        below, _ = _own(lines, scan.runs, words)
    return below, forwarded


def _scan(lines: Sequence[str], start: int, words: QuoteWords) -> _Scan:
    scan = _Scan()
    number = own_from = start
    while number < len(lines):
        line = lines[number].strip()
        if not line:
            number += 1
        elif line[0] == ">" and not _is_groupwise(line):
            scan.quote(own_from, _attributed_from(lines, own_from, number, words))
            scan.forwarded |= not scan.runs[1:] and divider(line.lstrip("> "), words) is Divider.FORWARDED
            number = own_from = _quote_end(lines, number)
        elif _is_candidate(line) and _cut(lines, number, own_from, words, scan):
            return scan
        else:
            number += 1
    if own_from < len(lines):
        scan.runs.append((own_from, len(lines)))
    return scan


def _is_groupwise(line: str) -> bool:
    """`>>> Ann <ann@x.example> 4/5/26 2:15 PM >>>` is an attribution, and what follows has no marks."""
    return line.startswith(">>> ") and line.endswith(" >>>")


def _is_candidate(line: str) -> bool:
    """Whether the line can be the head of a quote: the cheap test that most lines fail."""
    return (
        line[0] == ">"
        or line[-1] in ":：-"
        or line[0] in "-_=*~#+—–[("
        or ":" in line[:26]
        or "：" in line[:26]
        or "above" in line
    )


def _cut(lines: Sequence[str], number: int, own_from: int, words: QuoteWords, scan: _Scan) -> bool:
    """Whether a quote without marks begins at the line; it goes into `scan`."""
    found = divider(lines[number], words)
    if found:
        head = _next(lines, _divider_end(lines, number))
        scan.resumes_at = header_block_end(lines, head, words, announced=True) or head
        scan.passes_on = True
        scan.forwarded |= found is Divider.FORWARDED
        scan.quote(own_from, _without_rules(lines, own_from, number))
        return True
    kinds = label_kinds(lines[number], words)
    end = header_block_end(lines, number, words) if kinds else 0
    if kinds and end:
        scan.resumes_at, scan.passes_on = end, True
        top = _sender_above(lines, own_from, number) if "to" in kinds else number
        scan.quote(own_from, _without_rules(lines, own_from, top))
        return True
    if above_this_line(lines[number], words):
        scan.resumes_at = number + 1
        scan.quote(own_from, number)
        return True
    return _cut_at_attribution(lines, number, own_from, words, scan)


def _divider_end(lines: Sequence[str], number: int) -> int:
    """The line after the divider, which Lotus Notes wraps ("--- Forwarded by Ann on 4 May 2:15" / "PM ---")."""
    if lines[number].rstrip()[-1:] not in "-:" and lines[number].lstrip()[:2] == "--":
        for following in range(number + 1, min(number + 3, len(lines))):
            if lines[following].rstrip().endswith("---"):
                return following + 1
    return number + 1


def _cut_at_attribution(lines: Sequence[str], number: int, own_from: int, words: QuoteWords, scan: _Scan) -> bool:
    """An attribution without ">" below it: the rest is quoted."""
    first = number if lines[number][:1] == ">" else attribution_start(lines, number, words, before_quote=False)
    if first is None or first < own_from or lines[_next(lines, number + 1)].lstrip()[:1] == ">":
        return False
    scan.resumes_at = number + 1
    scan.quote(own_from, first)
    return True


def _next(lines: Sequence[str], number: int) -> int:
    """The next line with text, at most three lines on, else the last one looked at."""
    last = min(number + 3, len(lines) - 1)
    while number < last and not lines[number].strip():
        number += 1
    return min(number, last)


def _attributed_from(lines: Sequence[str], own_from: int, quote: int, words: QuoteWords) -> int:
    """Where the attribution above the quoted line begins; the quoted line itself when there is none."""
    last = quote - 1
    while last > max(own_from, quote - 3) and not lines[last].strip():
        last -= 1
    if last < own_from or not lines[last].strip():
        return quote
    first = attribution_start(lines, last, words, before_quote=True)
    return quote if first is None else max(first, own_from)


def _quote_end(lines: Sequence[str], number: int) -> int:
    """The line after the run of quoted lines that begins at `number`."""
    end = number
    while number < len(lines):
        line = lines[number].lstrip()
        if line and line[0] == ">":
            end = number + 1
        elif line:
            wrapped = _wrapped_lines(lines, number) if number == end else 0
            if not wrapped:
                break
            number = end = number + wrapped
            continue
        number += 1
    return end


def _wrapped_lines(lines: Sequence[str], number: int) -> int:
    """How many lines from `number` on are the rest of a quoted line that was wrapped without a new ">"."""
    above = lines[number - 1].rstrip()
    if len(above) < WRAPPED_AT or (above[-1] in ".?!" and lines[number].lstrip()[:1].isupper()):
        return 0
    for count in range(1, WRAPPED_LINES + 1):
        line = lines[number + count].lstrip() if number + count < len(lines) else ""
        if not line:
            return 0
        if line[0] == ">":
            return count
    return 0


def _sender_above(lines: Sequence[str], own_from: int, number: int) -> int:
    """Lotus Notes writes the sender and the time, without labels, above "To:"."""
    first = number
    while first > max(own_from, number - 3) and is_rule(lines[first - 1]):
        first -= 1
    last = first
    while first > max(own_from, last - 3) and lines[first - 1].strip():
        first -= 1
    return first if has_date(" ".join(lines[first:last])[:LONGEST]) else number


def _without_rules(lines: Sequence[str], own_from: int, number: int) -> int:
    """Count the ruled line above a header block to the quote."""
    while number > own_from and is_rule(lines[number - 1]):
        number -= 1
    return number


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
