"""Reads the header fields of a mail as text, the ids that make threads, and the key that tells mails apart."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message

from ingest.text import clean_line

MOST_FIELDS = 50
"""Fields of one name that are looked at; a mail has one To and seldom more than 20 Received."""
MOST_IDS = 200
"""Ids of References that are kept: the first, which names the thread, and the last ones."""
ID_CHARS = 998
"""Longest Message-ID that is kept (a line of RFC 5322); a longer one is cut alike wherever it is named."""

RESULTS_CHARS = 4_000
"""Characters kept of one Authentication-Results; the judges read the raw header."""

_KEY_FIELDS = (
    *("message-id", "from", "to", "cc", "subject", "date", "in-reply-to", "references"),
    # How the body is read: the same bytes under another type or encoding are another mail.
    *("content-type", "content-transfer-encoding", "content-disposition"),
)
_KEPT_FIELDS = (
    "auto-submitted",
    "content-language",
    "feedback-id",
    "importance",
    "list-id",
    "organization",
    "precedence",
    "priority",
    "return-path",
    "sender",
    "thread-index",
    "thread-topic",
    "user-agent",
    "x-auto-response-suppress",
    "x-mailer",
    "x-priority",
)
_ID = re.compile(r"<([^<>]+)>")
_BARE_ID = re.compile(r"\s*([^\s<>]+@[^\s<>]+)")
_FOLD = re.compile(r"\r?\n[ \t]*|\r")


@dataclass(frozen=True)
class Fields:
    """The header fields by lower-case name, unfolded and as text, each name's in the mail's order."""

    by_name: Mapping[str, list[str]]

    def first(self, name: str) -> str:
        """The first field of that name, or ""."""
        found = self.by_name.get(name)
        return found[0] if found else ""

    def every(self, name: str) -> list[str]:
        """At most MOST_FIELDS fields of that name."""
        return self.by_name.get(name, [])[:MOST_FIELDS]


def fields_of(message: Message) -> Fields:
    """All header fields of `message`; bytes that are not ASCII are read as UTF-8, else as Windows-1252."""
    by_name: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        by_name.setdefault(name.lower(), []).append(_as_text(value))
    return Fields(by_name)


def _as_text(value: object) -> str:
    """One field's value on one line."""
    text = str(value)
    if not text.isascii():
        data = text.encode("utf-8", "surrogateescape")
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("cp1252", "replace")
    return _FOLD.sub(" ", text) if "\n" in text or "\r" in text else text


def message_id(fields: Fields, content_key: bytes) -> str:
    """The Message-ID as `<...>`: the first valid one, a bare a@b, or one made from the content when there is none."""
    for value in fields.every("message-id"):
        ids = _ids(value)
        if ids:
            return ids[0]
        bare = _BARE_ID.match(value)
        if bare:
            return f"<{_token(bare[1])}>"
    return f"<missing-{content_key.hex()[:24]}@smokewatch.invalid>"


def referred(fields: Fields, name: str, own: str) -> tuple[str, ...]:
    """The ids of In-Reply-To or References in order, each once, without the mail's own."""
    ids = (found for value in fields.every(name) for found in _ids(value))
    kept = tuple(found for found in dict.fromkeys(ids) if found != own)
    return kept if len(kept) <= MOST_IDS else (kept[0], *kept[-(MOST_IDS - 1) :])


def _ids(value: str) -> list[str]:
    """Every `<...>` token."""
    tokens = (_token(found) for found in _ID.findall(value))
    return [f"<{token}>" for token in tokens if token]


def _token(found: str) -> str:
    """An id without white space and control characters, cut at a bound."""
    return "".join(clean_line(found, 4 * ID_CHARS).split())[:ID_CHARS]


def content_key(fields: Fields, data: bytes, body_at: int) -> bytes:
    """SHA-256 of what the writer made: the same for one mail in two mailboxes, another for another mail.

    Fields that are added on the way (Received, DKIM, lists) do not count, nor how lines end or fields are folded.
    Where nothing but its body tells one mail from another, every byte counts: better two rows than a mail lost.
    """
    telling = any(name in fields.by_name for name in ("message-id", "date", "from"))
    body = data[body_at:] if telling else data
    digest = hashlib.sha256()
    for name in _KEY_FIELDS:
        for value in fields.by_name.get(name, ()):
            digest.update(f"{name}:{' '.join(value.split())}\n".encode("utf-8", "replace"))
    digest.update(b"\n")
    digest.update(body.replace(b"\r\n", b"\n").rstrip(b"\r\n"))
    return digest.digest()


def kept_fields(fields: Fields) -> dict[str, str]:
    """The few further fields that later steps and people look at, cleaned."""
    return {name: clean_line(fields.first(name)) for name in _KEPT_FIELDS if name in fields.by_name}


def authentication_results(fields: Fields) -> tuple[str, ...]:
    """Authentication-Results as they stand, topmost first: whom to trust is decided where commands are judged."""
    return tuple(clean_line(value, RESULTS_CHARS) for value in fields.every("authentication-results"))
