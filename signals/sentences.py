"""Splits a mail's text into sentences by place, knowing wrapped lines, abbreviations and ordinal numbers."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from signals.marks import Span

_BREAK = re.compile(rb"[.!?][\"')\]]*[ \t]+|\n\s*")
"""A sentence may end behind its mark and a space, or at a line's end; which of them do is decided one by one.

A pattern of our own, linear in `re`, which is quicker than RE2 on many short matches."""

_ABBREVIATIONS = frozenset(
    b"mr mrs ms dr prof st no nr art abs vs approx ca bzw ggf evtl inkl zzgl usw tel str hr fr sr sra srta srs dra d "
    b"m mm mme mlle av etc e.g i.e z.b d.h u.a p.ex p.ej num rs inc ltd jan feb mar apr aug sept oct okt nov dec dez "
    b"u.s min max incl excl fig ref al ing lic jr".split()
)

_STARTERS = frozenset(
    b"and but so if when then the this that it it's its we we're you your our i i'm i'll my please they he she "
    b"wir ich sie bitte wenn dann aber und unser unsere falls es nous je vous si et mais merci notre votre alors "
    b"nosotros usted ustedes pero gracias nuestro nuestra entonces el la los las se eu voce mas obrigado obrigada "
    b"nosso nossa caso depois".split()
)
"""Words that begin a sentence behind a number (`by April 30. And if you ...`) and name nothing that is counted."""

_STARTER_ROOM = 16

_LONGEST = 600
"""Characters of a sentence; what goes on longer is a table or an attack, and is cut."""

_MOST = 1000
"""Sentences of one text that are told apart."""

_ENDS = frozenset({b".", b"!", b"?", b":", b";"})
_BULLETS = frozenset({b"-", b"*", b">"})

_WRAP = 60
"""A line at least this long, without an end mark, was wrapped rather than ended by its writer."""

_SHORT_WRAP = 30
"""A line this long goes on when the next one begins in lower case."""


def split(folded: bytes, text: str) -> tuple[Span, ...]:
    """The sentences' places, without blanks at either end; `text` is the unfolded original of the same length."""
    spans: list[Span] = []
    begin = 0
    line = 0
    for match in _BREAK.finditer(folded):
        start, end = match.span()
        newline = b"\n" in folded[start:end]
        ends = _line_ends(folded, text, (line, start, end)) if newline else _mark_ends(folded, text, start, end)
        if newline:
            line = end
        if ends:
            _add(spans, folded, begin, end)
            begin = end
            if len(spans) >= _MOST:
                return tuple(spans)
    _add(spans, folded, begin, len(folded))
    return tuple(spans)


def sentence_at(spans: Sequence[Span], place: int) -> Span:
    """The sentence that holds `place`, or the nearest one before it."""
    index = bisect_right(spans, (place, 1 << 60)) - 1
    return spans[max(index, 0)] if spans else (0, 0)


def _add(spans: list[Span], folded: bytes, begin: int, end: int) -> None:
    piece = folded[begin:end]
    inner = piece.strip()
    if inner:
        start = begin + len(piece) - len(piece.lstrip())
        stop = start + len(inner)
        spans.extend((at, min(at + _LONGEST, stop)) for at in range(start, stop, _LONGEST))


def _mark_ends(folded: bytes, text: str, start: int, end: int) -> bool:
    """A full stop ends nothing behind an abbreviation, initial or ordinal (`19. Februar`), nor before lower case."""
    if folded[start : start + 1] != b"." or end >= len(folded):
        return True
    before = folded[max(0, start - 12) : start].split()
    word = before[-1].lstrip(b"(\"'") if before else b""
    following = text[end : end + 1]
    if word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
        return False
    if word.isdigit() and len(word) <= 2 and following.isalpha():  # noqa: PLR2004
        return _is_listing(folded, start, word) or _starts(folded[end : end + _STARTER_ROOM])
    return not following.islower()


def _starts(following: bytes) -> bool:
    return following.split(maxsplit=1)[0].strip(b",") in _STARTERS


def _is_listing(folded: bytes, start: int, word: bytes) -> bool:
    """`at 9.` at a line's end is an end; `19. Februar` within a line is not."""
    return folded[start - len(word) - 1 : start - len(word)] == b"\n"


def _line_ends(folded: bytes, text: str, place: tuple[int, int, int]) -> bool:
    line, start, end = place
    if folded.count(b"\n", start, end) > 1 or end >= len(folded):
        return True
    if folded[start - 1 : start] in {b".", b"!", b"?", b":", b";"}:
        return True
    length = start - line
    if folded[end : end + 1] in {b"-", b"*", b">"} or (folded[end : end + 1].isdigit() and length < _WRAP):
        return True
    return not (length >= _WRAP or (length >= _SHORT_WRAP and text[end : end + 1].islower()))
