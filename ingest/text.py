"""Turns the bytes of a mail into clean text: charsets by an allow-list, control characters out, lengths bounded."""

import base64
import binascii
import codecs
import re
from functools import lru_cache

TEXT_BYTES = 512_000
"""Body text beyond this is not read: no person writes so much, and every text rule would have to bear it."""
LINE_CHARS = 1_000
"""Longest subject or name that is kept; RFC 5322 ends a line at 998."""

_CHARSET_NAME = re.compile(r"[a-z0-9][a-z0-9._:+-]{0,39}")
_DENIED = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem", "palmos"})
"""Text codecs of Python that no mail means: slow (idna, CVE-2022-45061), failing, or a way to write escapes."""
_ALIASES = {
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "cp-850": "cp850",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "windows-874": "cp874",
    "tis-620": "cp874",
}
"""What mail programs call a charset, and the superset they mean by it (as in the WHATWG Encoding Standard)."""
_SELF_MARKED = ("utf_16", "utf_32", "utf_7", "iso2022", "hz")
"""Codecs whose bytes are no superset of ASCII: an error in them does not make the text UTF-8."""

_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PLAIN = b"\t\n" + bytes(range(0x20, 0x7F))
"""What most texts are made of; looked for in bytes, since a search in text takes twenty times as long."""
_LINE_BREAKING = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u061c\u180e\ufeff\u00ad\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    r"""Body text that any text column, JSON or page takes: lines end in \n, no NUL, controls or lone surrogates."""
    if text.isascii() and not text.encode("ascii").translate(None, _PLAIN):
        return text
    if _BREAKS.search(text):
        text = _BREAKS.sub("\n", text)
    return _CONTROLS.sub("", text) if _CONTROLS.search(text) else text


def clean_line(text: str, longest: int = LINE_CHARS) -> str:
    """One line for a subject, name or id: as `clean`, and without line ends, bidi marks and invisible characters."""
    if not (text.isascii() and text.isprintable()):
        text = _INVISIBLE.sub("", _LINE_BREAKING.sub(" ", text[: 4 * longest]))
    return text[:longest].strip()


@lru_cache(maxsize=256)
def codec_for(charset: str) -> str | None:
    """Python's name of the codec to use for a charset label, or None when the label is unknown or not for text."""
    name = charset.strip().strip("\"'").lower()
    if not _CHARSET_NAME.fullmatch(name):
        return None
    try:
        info = codecs.lookup(_ALIASES.get(name, name))
    except (LookupError, ValueError, UnicodeError):
        return None
    if not info._is_text_encoding or info.name.replace("-", "_") in _DENIED:  # noqa: SLF001 - no public test exists
        return None
    return "utf-8" if info.name == "ascii" else info.name


def decode(payload: bytes, charset: str) -> tuple[str, bool]:
    """The text of `payload` in the charset its sender named, and whether that went without a guess.

    What does not fit is tried as UTF-8, then as the named charset with replacement characters. Never raises.
    """
    codec = codec_for(charset[:100]) if charset else "utf-8"
    try:
        return clean(payload.decode(codec or "utf-8").removeprefix("\ufeff")), codec is not None
    except (UnicodeError, ValueError):
        pass
    if codec and codec.replace("-", "_").startswith(_SELF_MARKED):
        return clean(payload.decode(codec, "replace")), False
    try:
        return clean(payload.decode("utf-8")), False
    except UnicodeError:
        return clean(_replace(payload, codec or "utf-8")), False


def _replace(payload: bytes, codec: str) -> str:
    """Decode with replacement characters, as Windows-1252 when UTF-8 was promised but hardly any of it is there."""
    text = payload.decode(codec, "replace")
    if codec == "utf-8" and text.count("\ufffd") * 2 > sum(1 for char in text[:20_000] if char > "\x7f"):
        return payload.decode("cp1252", "replace")
    return text


_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)\?=")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


def decode_words(value: str) -> str:
    """A header value with its RFC 2047 words decoded, as far as they can be; never raises.

    Words side by side in one charset are joined first: programs split them in the middle of a character.
    """
    if "=?" not in value:
        return value
    pieces: list[str] = []
    charset, data, at = "", b"", 0
    for word in _WORD.finditer(value):
        gap = value[at : word.start()]
        label = word[1].partition("*")[0].lower()
        if data and (gap.strip() or label != charset):
            pieces.append(decode(data, charset)[0])
            data = b""
        if gap.strip() or not at:
            pieces.append(gap)
        charset, data, at = label, data + word_bytes(word), word.end()
    return "".join([*pieces, decode(data, charset)[0] if data else "", value[at:]])


def word_bytes(word: re.Match[str]) -> bytes:
    """What stands in an RFC 2047 word (groups: charset, encoding, text), with its encoding undone."""
    # Letters that a program left as they are were decoded with the whole field; they go back to the word's charset.
    codec = "ascii" if word[3].isascii() else codec_for(word[1].partition("*")[0]) or "utf-8"
    data = word[3].encode(codec, "replace")
    if word[2] in "qQ":
        return binascii.a2b_qp(data, header=True)
    data = _NOT_BASE64.sub(b"", data)
    return base64.b64decode(data[: len(data) - (len(data) % 4 == 1)] + b"=" * (-len(data) % 4))
