"""Lists the files that came with a mail: names as data, sizes and hashes, and their bytes when asked for."""

import contextlib
import hashlib
import io
import mimetypes
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.errors import MessageError
from email.generator import BytesGenerator
from email.message import Message

from mailparser.utils import mime_header_view

from ingest.mail import AttachedFile
from ingest.parts import Leaf, leaf_bytes
from ingest.text import clean_line, decode_words
from ingest.tnef import Tnef, is_tnef, read_tnef

NAME_CHARS = 150
"""Longest file name kept; file systems take 255 bytes, and a name has up to four bytes a character."""
INNER_STEP = 10_000
"""Position of the n-th file inside a winmail.dat at position p is p + n * INNER_STEP; no mail has so many parts."""
MOST_TNEF = 2
"""Files winmail.dat that are opened; Outlook sends one, and each may use its whole time."""

_REPORT_TYPES = frozenset({"message/delivery-status", "message/disposition-notification", "text/rfc822-headers"})
_UNSAFE = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_DRIVE = re.compile(r"^[A-Za-z]:")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_RAW_NAME = re.compile(r"\b(?:file)?name\*?\d*\*?\s*=\s*(?:\"([^\"]{1,600})|([^;\s]{1,600}))", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """One file with its bytes."""

    file: AttachedFile
    data: bytes


def files_of(leaves: Iterator[Leaf], used: frozenset[int], *, open_tnef: bool) -> Iterator[Found | Tnef]:
    """Every file among `leaves` that is not shown as text (`used`), in the order of the mail.

    With `open_tnef` a winmail.dat gives its content and the files in it; allowed in the child process only.
    """
    opened = 0
    for leaf in leaves:
        if leaf.position in used or _is_other_text(leaf) or (leaf.content_type in _REPORT_TYPES and not leaf.named):
            continue
        data = _mail_bytes(leaf.part) if leaf.content_type == "message/rfc822" else leaf_bytes(leaf)
        name = file_name(leaf)
        inner = None
        if opened < MOST_TNEF and open_tnef and is_tnef(leaf.content_type, name):
            inner, opened = read_tnef(data), opened + 1
        if inner is None:
            found = _found(leaf.position, name, leaf.content_type, data)
            yield replace(found, file=replace(found.file, inline=_is_shown(leaf)))
            continue
        yield inner
        for index, (inner_name, inner_data) in enumerate(inner.files, start=1):
            position = leaf.position + index * INNER_STEP
            safe = safe_name(inner_name, position, "")
            guess = mimetypes.guess_type(safe, strict=False)[0] or "application/octet-stream"
            yield _found(position, safe, guess, inner_data)


def _is_other_text(leaf: Leaf) -> bool:
    """Whether it is the same text in another form, as the HTML beside a plain text."""
    return leaf.is_text and not leaf.named


def _is_shown(leaf: Leaf) -> bool:
    """Whether it is a picture that the text refers to, and not one that was attached."""
    shown = leaf.content_type.startswith("image/") and not leaf.attached
    return shown and leaf.part.get("content-id") is not None


def _found(position: int, name: str, content_type: str, data: bytes) -> Found:
    """A file described."""
    kind = clean_line(content_type, 100)
    return Found(AttachedFile(position, name, kind, len(data), hashlib.sha256(data).digest()), data)


def _mail_bytes(part: Message) -> bytes:
    """An attached mail written out again; as near to the original bytes as the parser kept it."""
    inner = part.get_payload(0) if part.is_multipart() else None
    if not isinstance(inner, Message):
        return leaf_bytes(Leaf(0, part, "", named=False, attached=True))
    out = io.BytesIO()
    # When a charset or header in it cannot be written again, what was written up to there is kept.
    with contextlib.suppress(MessageError, ValueError, TypeError, LookupError, AttributeError):
        BytesGenerator(out, mangle_from_=False, maxheaderlen=0).flatten(inner)
    return out.getvalue()


def file_name(leaf: Leaf) -> str:
    """The name to show for a leaf: RFC 2231 and RFC 2047 decoded, safe as data, never empty."""
    try:
        # A view of the part's headers in UTF-8: the parser itself makes question marks of such names.
        raw = mime_header_view(leaf.part)[0].get_filename("") or ""
    except (ValueError, TypeError, LookupError, AttributeError):
        fields = f"{leaf.part.get('content-disposition', '')};{leaf.part.get('content-type', '')}"
        found = _RAW_NAME.search(fields)
        raw = (found[1] or found[2]) if found else ""
    if not raw and leaf.content_type == "message/rfc822":
        inner = leaf.part.get_payload(0) if leaf.part.is_multipart() else None
        raw = f"{decode_words(str(inner.get('subject', '')))[:100]}.eml" if isinstance(inner, Message) else ""
        raw = raw.replace("/", "-").replace("\\", "-")
    return safe_name(decode_words(raw), leaf.position, leaf.content_type)


def safe_name(name: str, position: int, content_type: str) -> str:
    """`name` without path, control, invisible and shell characters, with its ending, at most NAME_CHARS long."""
    base = (
        clean_line(unicodedata.normalize("NFC", name[:2_000]), 2_000).replace("\\", "/").rstrip("/").rpartition("/")[2]
    )
    base = _UNSAFE.sub("_", _DRIVE.sub("", base)).strip().rstrip(". ")
    if not base:
        return f"attachment-{position}{mimetypes.guess_extension(content_type) or '.bin'}"
    if base.startswith(".") or _DEVICE.match(base):
        base = "_" + base
    stem, dot, ending = base.rpartition(".")
    if len(base) > NAME_CHARS and dot and len(ending) <= 16:  # noqa: PLR2004 - longer is no file ending
        return f"{stem[: NAME_CHARS - len(ending) - 1]}.{ending}"
    return base[:NAME_CHARS]
