"""Finds and fetches mails by UID on an open folder, and believes only bytes that arrived in full."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from config.killpoint import killpoint
from ingest.errors import Refused
from ingest.imap import Imap, Selected
from ingest.timing import Timing

_T = TypeVar("_T")

UID_RANGE = 50_000
"""UIDs per SEARCH: the answer stays near 550 kB; imaplib refuses a line past 1,000,000 bytes (150,000 UIDs)."""

SIZES_AT_ONCE = 250
"""UIDs per size query: the command line stays under 3 kB; some servers stop reading at 8 kB."""

BATCH_MAILS = 50
BATCH_BYTES = 8_000_000
"""Bounds of one FETCH and of the transaction that keeps it; 50 is three to four times faster than single mails."""

PART_BYTES = 1_048_576 + 131_072
"""What is taken of an oversized mail: its headers at their longest and the first 1 MB of the rest."""


class Trouble(StrEnum):
    """Why a UID has no bytes yet, or for ever."""

    MISSING = "missing"
    """The server listed it and then did not return it; it may be expunged."""
    REFUSED = "refused"
    """The server refused to hand it out, or handed out nothing."""
    CUT = "cut"
    """The connection ended while it alone was being fetched."""
    GONE = "gone"
    UNFETCHABLE = "unfetchable"
    OVERSIZED = "oversized"
    """Kept in part."""


LIMITS = {
    Trouble.MISSING: (2, Trouble.GONE),
    Trouble.REFUSED: (3, Trouble.UNFETCHABLE),
    Trouble.CUT: (10, Trouble.UNFETCHABLE),
}
"""After how many failures a UID is given up, and as what. A broken line is more likely than a mail that breaks it."""


@dataclass(frozen=True)
class Fetched:
    """One UID as the server showed it: with `raw` bytes, or with the `problem` that kept them away.

    `received_at` is INTERNALDATE, `size` the true size in bytes, `misses` how often it has failed so far.
    """

    uid: int
    raw: bytes | None
    received_at: datetime
    size: int = 0
    problem: Trouble | None = None
    misses: int = 0

    @property
    def truncated(self) -> bool:
        """Whether `raw` is only the beginning of the mail."""
        return self.raw is not None and self.problem is Trouble.OVERSIZED


def failed(uid: int, trouble: Trouble, now: datetime, misses: int = 0) -> Fetched:
    """A UID that has failed once more, given up when that was its last try."""
    limit, final = LIMITS[trouble]
    return Fetched(uid, None, now, 0, final if misses + 1 >= limit else trouble, misses + 1)


@dataclass(frozen=True)
class Head:
    """What is asked of a mail before its bytes."""

    uid: int
    size: int
    received_at: datetime


def search(imap: Imap, selected: Selected, after: int, *criteria: object) -> Iterator[list[int]]:
    """UIDs above `after`, rising, in portions. An asterisk also yields the last UID below: hence the filter."""
    first = after + 1
    while True:
        last = first + UID_RANGE - 1
        final = selected.exists <= UID_RANGE or last >= selected.uidnext - 1
        found = imap.call("search", ["UID", f"{first}:{'*' if final else last}", *criteria])
        killpoint("K2")
        yield sorted({uid for uid in found if uid > after})
        if final:
            return
        first = last + 1


def heads(imap: Imap, uids: Sequence[int]) -> dict[int, Head]:
    """Size and INTERNALDATE of those of `uids` that the server still returns."""
    found: dict[int, Head] = {}
    for start in range(0, len(uids), SIZES_AT_ONCE):
        some = uids[start : start + SIZES_AT_ONCE]
        try:
            answer = imap.call("fetch", some, ["RFC822.SIZE", "INTERNALDATE"])
        except Refused:
            # An expunged UID makes some servers refuse the rest as well (RFC 5530 EXPUNGEISSUED).
            for half in _halves(some) if len(some) > 1 else ():
                found |= heads(imap, half)
        else:
            found |= {uid: head for uid, data in answer.items() if (head := _head(uid, data))}
    return found


def _head(uid: int, data: Mapping[bytes, Any]) -> Head | None:
    size, when = data.get(b"RFC822.SIZE"), data.get(b"INTERNALDATE")
    if not isinstance(size, int):
        return None
    return Head(uid, size, when.astimezone(UTC) if isinstance(when, datetime) else datetime(1970, 1, 1, tzinfo=UTC))


def first_batch(found: Sequence[Head], mails: int) -> list[Head]:
    """The beginning of `found`: at most `mails` mails and `BATCH_BYTES` bytes, but at least one mail."""
    weight = 0
    for count, head in enumerate(found):
        weight += head.size
        if count and (count >= mails or weight > BATCH_BYTES):
            return list(found[:count])
    return list(found)


@dataclass(frozen=True)
class Fetcher:
    """Fetches bodies over `imap`; mails past `mail_bytes` in part."""

    imap: Imap
    timing: Timing
    mail_bytes: int

    def fetch(self, wanted: Sequence[Head], now: datetime) -> list[Fetched]:
        """Every one of `wanted`, with its bytes or its problem. Raises `ConnectionLost`, `Throttled`."""
        whole = [head for head in wanted if head.size <= self.mail_bytes]
        done = {fetched.uid: fetched for fetched in self._whole(whole, now)}
        done |= {head.uid: self._part(head, now) for head in wanted if head.size > self.mail_bytes}
        return [done[head.uid] for head in wanted]

    def _whole(self, wanted: Sequence[Head], now: datetime) -> list[Fetched]:
        if not wanted:
            return []
        try:
            bodies = self._bodies(wanted)
        except Refused as error:
            if len(wanted) > 1:
                return [fetched for half in _halves(wanted) for fetched in self._whole(half, now)]
            gone = "EXPUNGEISSUED" in str(error)
            return [failed(wanted[0].uid, Trouble.MISSING if gone else Trouble.REFUSED, now)]
        return self._checked(wanted, bodies, now)

    def _bodies(self, wanted: Sequence[Head], item: str = "BODY.PEEK[]") -> dict[int, bytes | None]:
        """Body by UID; None for a UID that was answered without one."""
        seconds = self.timing.command + sum(head.size for head in wanted) / self.timing.bytes_per_second
        answer = self.imap.call("fetch", [head.uid for head in wanted], [item], seconds=seconds)
        return {uid: _body(data) for uid, data in answer.items()}

    def _checked(self, wanted: Sequence[Head], bodies: dict[int, bytes | None], now: datetime) -> list[Fetched]:
        """Accept a body whose length is RFC822.SIZE, or that comes the same a second time (some servers estimate)."""
        doubtful = [head for head in wanted if (body := bodies.get(head.uid)) is None or len(body) != head.size]
        again = self._again(doubtful)
        done = []
        for head in wanted:
            body = bodies.get(head.uid)
            if body is None and again.get(head.uid):
                # The first answer lacked it; one more look decides whether the second can be believed.
                body, again[head.uid] = again[head.uid], self._again([head]).get(head.uid)
            if body is not None and (len(body) == head.size or (body and again.get(head.uid) == body)):
                done.append(Fetched(head.uid, body, head.received_at, len(body)))
            else:
                missing = head.uid not in bodies and head.uid not in again
                done.append(failed(head.uid, Trouble.MISSING if missing else Trouble.REFUSED, now))
        return done

    def _again(self, doubtful: Sequence[Head]) -> dict[int, bytes | None]:
        try:
            return self._bodies(doubtful) if doubtful else {}
        except Refused:
            return {}

    def _part(self, head: Head, now: datetime) -> Fetched:
        """The beginning of an oversized mail, by partial fetch."""
        portion = replace(head, size=PART_BYTES)
        try:
            raw = self._bodies([portion], f"BODY.PEEK[]<0.{PART_BYTES}>").get(head.uid)
        except Refused:
            raw = None
        if not raw:
            return failed(head.uid, Trouble.REFUSED, now)
        return Fetched(head.uid, raw, head.received_at, head.size, Trouble.OVERSIZED)


def _body(data: Mapping[bytes, Any]) -> bytes | None:
    found = next((value for key, value in data.items() if key.startswith(b"BODY[]")), None)
    return found if isinstance(found, bytes) else None


def _halves(items: Sequence[_T]) -> tuple[Sequence[_T], Sequence[_T]]:
    middle = len(items) // 2
    return items[:middle], items[middle:]
