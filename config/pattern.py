"""Compiles RE2 patterns for folded text, which answer with plain places rather than the library's match objects."""

from collections.abc import Iterator
from typing import Any

import re2

Found = list[tuple[int, int]]
"""Where a match begins and ends, then the same of each of its groups; (-1, -1) is a group that took no part."""

_ANYWHERE, _START, _WHOLE = (getattr(re2._Anchor, name) for name in ("UNANCHORED", "ANCHOR_START", "ANCHOR_BOTH"))  # noqa: SLF001


class Pattern:
    """A compiled pattern; `names` are its named groups with their numbers.

    A mail is asked a hundred and fifty such questions. The library wraps each answer into a generator and an object
    that ask the pattern again for its groups, which takes twice as long as the search of a sentence.

    Raises:
        re2.error: the pattern is no RE2 pattern.
    """

    __slots__ = ("_match", "names", "source")

    def __init__(self, source: bytes, options: Any = None) -> None:
        compiled = re2.compile(source, options)
        self.source = source
        self.names: tuple[tuple[str, int], ...] = tuple((n.decode(), i) for n, i in compiled.groupindex.items())
        self._match = compiled._regexp.Match  # noqa: SLF001 - there is no public way past the wrapper

    def search(self, text: bytes) -> Found | None:
        """The first match anywhere in the text."""
        return self._first(_ANYWHERE, text)

    def match(self, text: bytes) -> Found | None:
        """The match at the beginning of the text."""
        return self._first(_START, text)

    def fullmatch(self, text: bytes) -> Found | None:
        """The match that is the whole text."""
        return self._first(_WHOLE, text)

    def finditer(self, text: bytes) -> Iterator[Found]:
        """Every match, none overlapping the one before it."""
        at, end = 0, len(text)
        while (found := self._match(_ANYWHERE, text, at, end))[0][0] >= 0:
            yield found
            if at == end:
                return
            at = max(found[0][1], at + 1)

    def _first(self, anchor: Any, text: bytes) -> Found | None:
        found: Found = self._match(anchor, text, 0, len(text))
        return found if found[0][0] >= 0 else None
