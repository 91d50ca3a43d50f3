"""Names the one sender of a mail that may command: a single From field with one plain address, or nobody."""

import re

from ingest.replies.fields import header_fields

_LOCAL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(rf"{_LOCAL}@(?:{_LABEL}\.)+{_LABEL}", re.ASCII)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_PHRASE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f()<>\[\]:;@\\,\"]*")
"""Words, encoded words (RFC 2047) and raw UTF-8, with dots as people write initials; no specials of RFC 5322."""

MOST_CHARACTERS = 998
"""One line of RFC 5322, section 2.1.1."""


def plain_sender(raw: bytes) -> str | None:
    """The sender's address in lower case, or None.

    Groups, comments, source routes, lists, domain literals, non-ASCII addresses and a second From field all give
    None: programs disagree on whom those name (CVE-2023-27043), so they name nobody here.
    """
    senders = [field.value for field in header_fields(raw) if field.name == "from"]
    return _plain_address(senders[0]) if len(senders) == 1 else None


def _plain_address(value: str) -> str | None:
    value = value.strip(" \t")
    if len(value) > MOST_CHARACTERS:
        return None
    if not value.endswith(">"):
        return _address(value)
    phrase, _, address = value[:-1].rpartition("<")
    return _address(address) if _PHRASE.fullmatch(_QUOTED.sub(" ", phrase)) else None


def _address(text: str) -> str | None:
    """ASCII is checked before the case is folded: the Kelvin sign would fold to a k."""
    lower = text.lower() if text.isascii() else ""
    return lower if _ADDRESS.fullmatch(lower) else None
