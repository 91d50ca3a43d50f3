"""Finds the reply token among the addresses a mail was sent to."""

from collections.abc import Iterable
from dataclasses import dataclass

from ingest.mail import ParsedMail


@dataclass(frozen=True)
class Found:
    """The distinct tokens of a mail, and whether the writer addressed one openly (To or Cc).

    A token that only the envelope knows was put there by whoever handed the mail in, not by whoever wrote it.
    """

    tokens: tuple[str, ...]
    open: bool


def find_tokens(mail: ParsedMail, reply_address: str) -> Found:
    """Every token that stands behind a plus sign of `reply_address` in To, Cc or an envelope field."""
    shown = _tokens((a.email for a in (*mail.to, *mail.cc)), reply_address)
    hidden = _tokens(mail.envelope_to, reply_address)
    return Found(tuple(dict.fromkeys(shown + hidden)), open=bool(shown))


def _tokens(addresses: Iterable[str], reply_address: str) -> list[str]:
    local, _, domain = reply_address.lower().rpartition("@")
    found = []
    for address in addresses:
        name, _, host = address.strip("<> ").lower().rpartition("@")
        base, plus, token = name.partition("+")
        if plus and (base, host) == (local, domain):
            found.append(token)
    return found
