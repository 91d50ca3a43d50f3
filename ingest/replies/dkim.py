"""Verifies DKIM signatures (RFC 6376) of the From domain ourselves, where our receiving server says nothing."""

import re
import time
from collections.abc import Callable
from typing import Protocol

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from ingest.replies.alignment import aligned

MOST_SIGNATURES = 5
MOST_SECONDS = 2.0
"""For all signatures of a mail together; a DNS server of the sender's must not hold up other mail."""
MOST_BYTES = 1_000_000
"""Hashing takes up to a quarter of a second a megabyte, inside a transaction; a bigger mail falls to the confirm."""
MOST_SIGNATURE_BYTES = 4_096
LEAST_KEY_BITS = 1_024
"""RFC 8301, section 3.2."""

_ALGORITHMS = frozenset({b"rsa-sha256", b"ed25519-sha256"})
_LONG_BLANK = re.compile(rb"[ \t]{200}")
"""The library's canonicalisation takes quadratic time in runs of blanks."""


class Lookup(Protocol):
    """Asks the DNS for the TXT record of a name; None when there is none."""

    def __call__(self, name: bytes, timeout: float = 5) -> bytes | None:
        """Ask for `name`, at most `timeout` seconds."""


def ask_dns(name: bytes, timeout: float = 5) -> bytes | None:
    """Ask the system's resolver."""
    found = dkim.get_txt(name, timeout=timeout)
    return bytes(found) if found is not None else None


def verify(raw: bytes, from_domain: str, lookup: Lookup, clock: Callable[[], float] = time.monotonic) -> bool:
    """Whether the From domain signed this mail: all of it, the From field included.

    Signatures of other domains are not looked at, and none with `l=` (text can be added behind it), without From
    among the signed fields, with SHA-1 or with a short key. At most 5 are tried, 2 seconds in total.
    """
    if len(raw) > MOST_BYTES or _LONG_BLANK.search(raw):
        return False
    deadline = clock() + MOST_SECONDS
    for index in _candidates(raw, from_domain)[:MOST_SIGNATURES]:
        left = deadline - clock()
        if left <= 0:
            return False
        if _verifies(raw, index, lookup, left):
            return True
    return False


def _candidates(raw: bytes, from_domain: str) -> list[int]:
    """Positions, among all DKIM-Signature fields, of those worth a look."""
    try:
        headers, _body = dkim.rfc822_parse(raw)
    except (dkim.DKIMException, IndexError):
        return []
    signatures = [value for name, value in headers if name.lower() == b"dkim-signature"]
    return [index for index, value in enumerate(signatures) if _acceptable(value, from_domain)]


def _acceptable(value: bytes, from_domain: str) -> bool:
    if len(value) > MOST_SIGNATURE_BYTES:
        return False
    try:
        tags = parse_tag_value(value)
    except InvalidTagValueList:
        return False
    signed = {name.strip().lower() for name in tags.get(b"h", b"").split(b":")}
    domain = tags.get(b"d", b"").decode("ascii", "replace")
    return (
        aligned(domain, from_domain)
        and b"l" not in tags
        and b"from" in signed
        and tags.get(b"a", b"").lower() in _ALGORITHMS
    )


def _verifies(raw: bytes, index: int, lookup: Lookup, seconds: float) -> bool:
    def within(name: bytes, timeout: float = 5) -> bytes | None:
        return lookup(name, timeout=min(timeout, seconds))

    try:
        return bool(dkim.DKIM(raw, minkey=LEAST_KEY_BITS, timeout=seconds).verify(idx=index, dnsfunc=within))
    except Exception:  # noqa: BLE001 - the library and a hostile key record raise many kinds; none of them is a pass
        return False
