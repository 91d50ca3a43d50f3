"""Reads who wrote to whom and when: addresses that no trick can exchange, the subject, the date.

mail-parser's readers of addresses and dates are called for the fields that matter, each once. Its MailParser class
would read the body and all Received fields too: twice the time, and rules for bodies that differ from ours.
"""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime, parsedate_tz
from functools import lru_cache

from mailparser.dates import parse_mail_date
from mailparser.utils import get_addresses

from ingest.headers import Fields
from ingest.mail import Address
from ingest.text import clean_line, decode_words, word_bytes

MOST_ADDRESSES = 500
"""Addresses of one kind that are kept."""
REMEMBERED_CHARS = 500
"""Longest address field whose reading is remembered, to bound the memory that takes."""
FIRST_YEAR, LAST_YEAR = 1980, 9000
"""A Date outside these years is taken for none: no mail is older, and zones must not carry it past datetime's end."""

MOST_OFFSET = 86_400
"""Seconds from UTC; a zone this far away is none."""

_ENVELOPE_FIELDS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "resent-to")
_UPPER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_ADDR_SPEC = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+"
_PLAIN = re.compile(rf"\s*(?:{_ADDR_SPEC}|(?:\"(?:[^\"\\]|\\.)*\"|[^\"<>@,;:()\\\[\]]*)\s*<{_ADDR_SPEC}>)\s*")
_ARCHIVED = re.compile(r"\s*([\w.+-]{1,64}) at ([\w-]{1,63}(?:\.[\w-]{1,63}){1,8}) \((.{0,200})\)\s*", re.ASCII)
"""How Mailman's archives disguise a From; it is never plain, so no command rests on it."""
_Q_WORD = re.compile(r"=\?([^?\s]{1,80})\?([qQ])\?([^?\s]*)\?=")
_SPECIALS = re.compile(r"[,:;<>@()\"\[\]\\]")
_ONE_ADDRESS = re.compile(rf"\s*<?({_ADDR_SPEC})>?\s*")


@dataclass(frozen=True)
class Envelope:
    """What the header says about a mail. `from_plain`: one From, one address, written without any trick."""

    from_addresses: tuple[Address, ...] = ()
    from_headers: int = 0
    from_plain: bool = False
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    envelope_to: tuple[str, ...] = ()
    subject: str = ""
    sent_at: datetime | None = None
    sent_zone: timezone | None = None
    problems: tuple[str, ...] = ()


def read_envelope(fields: Fields) -> Envelope:
    """Addresses, subject and date."""
    from_fields = fields.by_name.get("from", [])
    senders, doubts = _addresses(fields, "from")
    plain = (
        len(from_fields) == 1 and len(senders) == 1 and _PLAIN.fullmatch(from_fields[0][:REMEMBERED_CHARS]) is not None
    )
    to, to_doubts = _addresses(fields, "to")
    cc, cc_doubts = _addresses(fields, "cc")
    reply_to, _ = _addresses(fields, "reply-to")
    return Envelope(
        from_addresses=senders,
        from_headers=len(from_fields),
        from_plain=plain,
        to=to,
        cc=cc,
        reply_to=reply_to,
        envelope_to=_envelope_to(fields),
        subject=clean_line(decode_words(fields.first("subject"))),
        sent_at=_sent_at(fields.first("date")),
        sent_zone=_sent_zone(fields.first("date")),
        problems=tuple(doubts + to_doubts + cc_doubts),
    )


def _addresses(fields: Fields, name: str) -> tuple[tuple[Address, ...], list[str]]:
    """Every address in the fields of that name, each once, and a sentence when part of them could not be read.

    A From that is doubtful in part gives no address at all: whoever it may be must not be taken for somebody.
    """
    found: list[Address] = []
    doubtful = False
    for value in fields.every(name):
        addresses, sure = _remembered(value) if len(value) <= REMEMBERED_CHARS else _read_addresses(value)
        found += addresses
        doubtful = doubtful or not sure
    if not doubtful:
        return tuple(dict.fromkeys(found[:MOST_ADDRESSES])), []
    sentence = f"Part of the {name.title()} header is no address and was left out."
    return () if name == "from" else tuple(dict.fromkeys(found[:MOST_ADDRESSES])), [sentence]


def _read_addresses(value: str) -> tuple[tuple[Address, ...], bool]:
    """The addresses of one field, and whether all of it was understood.

    mail-parser's scanner never takes a display name or comment for an address (CVE-2023-27043).
    """
    archived = _ARCHIVED.fullmatch(value)
    if archived:
        return (Address(_lower(f"{archived[1]}@{archived[2]}"), clean_line(decode_words(archived[3]), 200)),), True
    defects: list[dict[str, object]] = []
    try:
        pairs = get_addresses(_atomic_words(value), defects=defects)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return (), False
    found = (
        Address(_lower(email), clean_line(decode_words(name), 200)) for name, email in pairs[:MOST_ADDRESSES] if email
    )
    sure = all(defect["recovered"] for defect in defects)
    return tuple(address for address in found if "@" in address.email), sure


_remembered = lru_cache(maxsize=4_096)(_read_addresses)
"""The same few people write and are written to; scanning their addresses anew was a quarter of the time of a mail."""


def _atomic_words(value: str) -> str:
    """Write each RFC 2047 word that holds a special character as base64.

    Programs leave commas and colons in such words, though they would split an address list there (section 5, rule 3).
    """
    if "=?" not in value:
        return value

    def atomic(word: re.Match[str]) -> str:
        if not _SPECIALS.search(word[3]):
            return word[0]
        return f"=?{word[1]}?b?{base64.b64encode(word_bytes(word)).decode('ascii')}?="

    return _Q_WORD.sub(atomic, value)


def _lower(email: str) -> str:
    """ASCII letters in lower case only: Unicode has other letters that fold onto ASCII ones."""
    return clean_line(email, 320).translate(_UPPER)


def _envelope_to(fields: Fields) -> tuple[str, ...]:
    """Addresses by which the mail reached us, which To and Cc need not show."""
    found: list[str] = []
    for name in _ENVELOPE_FIELDS:
        for value in fields.every(name):
            one = _ONE_ADDRESS.fullmatch(value)
            found += [one[1]] if one else [email for _, email in get_addresses(value)]
    return tuple(dict.fromkeys(_lower(email) for email in found if "@" in email))[:MOST_ADDRESSES]


def _sent_at(value: str) -> datetime | None:
    """The Date header in UTC; obsolete forms that mail-parser refuses are tried too, None if it is no date."""
    read = parse_mail_date(value) if value else None
    sent: datetime | None = read.value if read else None
    if read and "invalid-date-syntax" in read.reasons:
        try:
            sent = parsedate_to_datetime(value[:100])
            sent = sent.astimezone(UTC) if sent.tzinfo else sent.replace(tzinfo=UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            return None
    return sent if sent and FIRST_YEAR <= sent.year <= LAST_YEAR else None


def _sent_zone(value: str) -> timezone | None:
    """The zone of the writer's own clock, as the Date header tells it (RFC 5322, section 3.3); None where it is UTC.

    UTC is what servers write of people in any zone, so it tells nothing.
    """
    read = parsedate_tz(value[:100]) if value else None
    offset = read[9] if read else None
    return timezone(timedelta(seconds=offset)) if offset and abs(offset) < MOST_OFFSET else None
