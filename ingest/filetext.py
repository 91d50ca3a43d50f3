"""Gives the text of a file for search: plain text, HTML, CSV, JSON and their kin; everything else is not read."""

from ingest.htmltext import HTML_BYTES, html_to_text
from ingest.text import clean, decode

READ_BYTES = 500_000
"""A longer file is searched by its beginning; an index of a whole log would find everything everywhere."""

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_TEXT = frozenset(
    {"application/json", "application/x-ndjson", "application/xml", "application/yaml", "application/csv"}
)
_ENDINGS = (".txt", ".log", ".csv", ".tsv", ".json", ".md", ".xml", ".yaml", ".yml", ".ini", ".toml")
"""What mail programs send as application/octet-stream, and is text all the same."""
_WIDE = (b"\xff\xfe", b"\xfe\xff")
"""The marks by which text in UTF-16 is known, which is full of zero bytes."""


def has_text(name: str, content_type: str) -> bool:
    """Whether the text of such a file is read."""
    kind = content_type.partition(";")[0].strip().lower()
    by_name = kind in ("application/octet-stream", "") and name.lower().endswith(_ENDINGS)
    return kind.startswith("text/") or kind in _TEXT or kind.endswith(("+json", "+xml")) or by_name


def file_text(name: str, content_type: str, body: bytes) -> str:
    """The text of a file, cut to what is searched; empty where `has_text` says no, or the bytes are no text."""
    wide = body.startswith(_WIDE)
    if not has_text(name, content_type) or (b"\x00" in body[:1_000] and not wide):
        return ""
    text, _fits = decode(body[:READ_BYTES], "utf-16" if wide else "utf-8")
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _HTML or name.lower().endswith((".html", ".htm")):
        text = html_to_text(text[:HTML_BYTES])
    return clean(text)
