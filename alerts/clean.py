"""Makes text of any origin safe to stand in a header or in a body of a mail of ours."""

import re

MOST_HEADER_CHARACTERS = 200
"""A subject longer than this is read by nobody, and long values are what makes header code slow."""

# Everything str.splitlines() breaks at, all other C0 and C1 controls, and lone surrogates.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# Explicit direction changes: they let a name or a subject show in another order than it is stored.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_BODY_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


def header_text(value: object, limit: int = MOST_HEADER_CHARACTERS) -> str:
    """`value` as one line of at most `limit` characters that the header machinery takes for plain text.

    `=?` is taken apart because `email` would decode it again (CVE-2024-6923): what was decoded once is text.
    """
    text = _SPACES.sub(" ", _CONTROL.sub(" ", _DIRECTION.sub("", str(value)))).strip()
    text = text.replace("=?", "= ?")
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def body_text(value: object, limit: int = 20_000) -> str:
    """`value` with plain line ends and without controls, cut to `limit` characters (SMTP smuggling, attack A50)."""
    text = _BODY_CONTROL.sub("", _DIRECTION.sub("", _BREAKS.sub("\n", str(value))))
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def one_line(value: object, limit: int = 300) -> str:
    """`value` as a single line of a body."""
    text = _SPACES.sub(" ", body_text(value)).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
