"""Cuts a subject down to what names the matter: no Re, Fwd, AW, list tags or counters, in any order or number."""

import re
from dataclasses import dataclass

_PREFIX = re.compile(
    r"^\s*(?:(?P<reply>re|aw|antw|antwort|sv|vs|ref|rif|res|r[ée]p|odp|yn|回复)|"
    r"(?P<forward>fwd?|wg|tr|rv|enc|i|doorst|pd|转发))"
    r"(?:\s*[\[(]\d{1,3}[\])]|\^\d{1,3})?\s*[:\uff1a]\s*|^\s*\[[^\]]{0,80}\]\s*",
    re.IGNORECASE,
)
_MOST_PREFIXES = 20


@dataclass(frozen=True)
class SubjectKey:
    """The bare subject in lower case, and whether prefixes said it is an answer or a forward."""

    text: str
    is_reply: bool
    is_forward: bool


def subject_key(subject: str) -> SubjectKey:
    """The bare subject. Prefixes are a word list, repeated, with counters and without space."""
    rest, reply, forward = subject, False, False
    for _ in range(_MOST_PREFIXES):
        found = _PREFIX.match(rest)
        if not found or found.end() == len(rest):
            break
        reply = reply or found["reply"] is not None
        forward = forward or found["forward"] is not None
        rest = rest[found.end() :]
    return SubjectKey(" ".join(rest.lower().split()), reply, forward)
