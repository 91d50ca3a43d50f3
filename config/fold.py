"""Folds text to lower-case ASCII, a byte a character, so that places in the folded text are places in the original."""

import codecs
import unicodedata

_ODD = {
    "ß": "s", "ẞ": "s", "æ": "a", "Æ": "a", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ı": "i",  # noqa: RUF001
    "œ": "o", "Œ": "o", "þ": "t", "Þ": "t", "ð": "d", "Ð": "d",
    "‘": "'", "’": "'", "‛": "'", "ʼ": "'", "´": "'", "`": "'", "′": "'", "＇": "'",  # noqa: RUF001
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"',
    "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "−": "-",  # noqa: RUF001
    "…": ".", "·": ".", "•": "*", "¿": " ", "¡": " ", "？": "?", "！": "!", "。": ".",  # noqa: RUF001
    "€": "$", "£": "$", "¥": "$", "₹": "$", "º": "o", "ª": "a", "\u2028": "\n", "\u2029": "\n",
}  # fmt: skip
"""What Unicode does not decompose, and signs that mean the same to the lexicons; currencies become one sign."""

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u202f\u205f\u3000\ufeff"


def _table() -> dict[int, str]:
    table = {ord(char): plain for char, plain in _ODD.items()} | dict.fromkeys(map(ord, _SPACES), " ")
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if code not in table and base.isascii():
            table[code] = base
    return table


_TABLE = _table()


def _unknown(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    return b"~" * (error.end - error.start), error.end


codecs.register_error("smokewatch_one_to_one", _unknown)


def fold(text: str) -> bytes:
    """Lower-case ASCII of the same length: accents dropped, quotes and dashes made plain, anything else `~`."""
    if text.isascii():
        return text.lower().encode("ascii")
    return text.translate(_TABLE).encode("ascii", "smokewatch_one_to_one").lower()


def fold_pattern(pattern: str) -> str:
    r"""A pattern as it must look to match folded text; case is left alone, for `\S` is not `\s`."""
    return pattern.translate(_TABLE)
