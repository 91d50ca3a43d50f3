"""Walk through the lines of a mail and note which are the writer's own and where a quote begins."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.quotemarks import (
    LONGEST,
    Divider,
    above_this_line,
    attribution_start,
    divider,
    has_date,
    header_block,
    label_kinds,
)
from ingest.quotewords import QuoteWords
from ingest.signature import is_rule

WRAPPED_AT = 66
"""A quoted line at least this long may have been wrapped by a mail server, which leaves its rest without ">"."""
WRAPPED_LINES = 2
HEAD_CHARACTERS = 26
"""A header label with its colon is no longer than this."""


@dataclass
class Scan:
    """What is known of the lines: runs of own lines as (first, end), and the line from which all is quoted.

    `resumes_at` is the line below the head of that quote, 0 when there is no such quote. `looked_at` is the line up
    to which labels were found not to make a header block: looking again from each of them would cost twenty times.
    """

    runs: list[tuple[int, int]] = field(default_factory=list)
    quoted_from: int | None = None
    resumes_at: int = 0
    passes_on: bool = False
    forwarded: bool = False
    looked_at: int = 0

    def quote(self, own_from: int, first: int) -> None:
        """Note that the own lines since `own_from` end before `first`, where a quote begins."""
        if first > own_from:
            self.runs.append((own_from, first))
        if self.quoted_from is None:
            self.quoted_from = first


def scan_lines(lines: Sequence[str], start: int, words: QuoteWords) -> Scan:
    """Walk from line `start` to the end, or to the head of a quote without marks: below it all is quoted."""
    scan = Scan()
    number = own_from = start
    while number < len(lines):
        line = lines[number].strip()
        if not line:
            number += 1
        elif line[0] == ">" and not _is_groupwise(line):
            scan.quote(own_from, _attributed_from(lines, own_from, number, words))
            scan.forwarded |= len(scan.runs) <= 1 and divider(line.lstrip("> "), words) is Divider.FORWARDED
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
        or ":" in line[:HEAD_CHARACTERS]
        or "：" in line[:HEAD_CHARACTERS]
        or "above" in line
    )


def _cut(lines: Sequence[str], number: int, own_from: int, words: QuoteWords, scan: Scan) -> bool:
    """Whether a quote without marks begins at the line; it goes into `scan`."""
    found = divider(lines[number], words)
    if found:
        head = _next(lines, _divider_end(lines, number))
        block = header_block(lines, head, words, announced=True)
        scan.resumes_at = block.end if block.found else head
        scan.passes_on = True
        scan.forwarded |= found is Divider.FORWARDED
        scan.quote(own_from, _without_rules(lines, own_from, number))
        return True
    if _cut_at_block(lines, number, own_from, words, scan):
        return True
    if above_this_line(lines[number], words):
        scan.resumes_at = number + 1
        scan.quote(own_from, number)
        return True
    return _cut_at_attribution(lines, number, own_from, words, scan)


def _cut_at_block(lines: Sequence[str], number: int, own_from: int, words: QuoteWords, scan: Scan) -> bool:
    """A header block such as Outlook's: the rest is quoted."""
    kinds = label_kinds(lines[number], words) if number >= scan.looked_at else None
    if not kinds:
        return False
    block = header_block(lines, number, words)
    scan.looked_at = block.end
    if block.found:
        scan.resumes_at, scan.passes_on = block.end, True
        top = _sender_above(lines, own_from, number) if "to" in kinds else number
        scan.quote(own_from, _without_rules(lines, own_from, top))
    return block.found


def _divider_end(lines: Sequence[str], number: int) -> int:
    """The line after the divider, which Lotus Notes wraps ("--- Forwarded by Ann on 4 May 2:15" / "PM ---")."""
    if lines[number].rstrip()[-1:] not in "-:" and lines[number].lstrip()[:2] == "--":
        for following in range(number + 1, min(number + 3, len(lines))):
            if lines[following].rstrip().endswith("---"):
                return following + 1
    return number + 1


def _cut_at_attribution(lines: Sequence[str], number: int, own_from: int, words: QuoteWords, scan: Scan) -> bool:
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
