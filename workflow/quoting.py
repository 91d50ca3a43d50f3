"""Cuts the most telling piece out of a text: verbatim, around the words that were searched for."""

from collections.abc import Sequence

from rapidfuzz.distance import Prefix

from config.textwords import Token, tokens
from workflow.searchwords import Term

WIDTH = 160
"""Characters of a quote, which is two lines of a terminal."""
_LOOKED_AT = 100_000
_STEM = 4
"""Letters two forms of a word share at their beginning, at the least."""


def quote(text: str, terms: Sequence[Term]) -> str:
    """A piece of the text of about `WIDTH` characters, on one line; from its beginning when no word is in it."""
    text = text[:_LOOKED_AT]
    found = list(tokens(text))
    marks = _marks(found, terms)
    start = _best_start(marks)
    return _cut(text, start)


def _marks(found: Sequence[Token], terms: Sequence[Term]) -> list[tuple[int, int]]:
    """Where a searched word stands: place in the text, and which term it is."""
    wanted = [({*term.words, *term.alternatives}, number) for number, term in enumerate(terms)]
    exact = [(token.start, number) for token in found for forms, number in wanted if token.word in forms]
    if len({number for _, number in exact}) == len(wanted):
        return exact
    seen = {number for _, number in exact}
    rest = [(forms, number) for forms, number in wanted if number not in seen]
    loose = [(token.start, n) for token in found for forms, n in rest if any(_akin(token.word, f) for f in forms)]
    return sorted(exact + loose)


def _akin(one: str, other: str) -> bool:
    """Whether two words look like forms of one: `promise` and `promised`."""
    shared = Prefix.similarity(one, other)
    return shared >= _STEM and shared >= max(len(one), len(other)) - 4


def _best_start(marks: Sequence[tuple[int, int]]) -> int:
    """Where the quote that shows most of the terms begins; the first of several as good."""
    best, most = 0, 0
    for start, _ in marks:
        shown = len({number for place, number in marks if start <= place < start + WIDTH * 3 // 4})
        if shown > most:
            best, most = start, shown
    return best


def _cut(text: str, start: int) -> str:
    begin = max(0, start - WIDTH // 4)
    if begin:
        # From the beginning of a sentence or a line where one is near, else of a word.
        near = max(text.rfind(mark, begin, start) for mark in ("\n", ". ", "? ", "! "))
        begin = near + 1 if near >= 0 else text.find(" ", begin, start) + 1 or begin
    piece = text[begin : begin + WIDTH]
    if begin + WIDTH < len(text):
        piece = piece[: piece.rfind(" ")] if " " in piece[WIDTH // 2 :] else piece
    said = " ".join(piece.split())
    before = "… " if " ".join(text[:begin].split()) else ""
    after = " …" if " ".join(text[begin + len(piece) :].split()) else ""
    return f"{before}{said}{after}" if said else ""
