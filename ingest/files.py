"""Imports mails from files: mbox, Maildir, a folder of .eml, one .eml, or the bytes an MTA pipes in."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Limits
from ingest.errors import ImportUnreadable, StoreUnavailable
from ingest.fetch import BATCH_BYTES, BATCH_MAILS, Fetched, Trouble
from ingest.keep import Place
from ingest.mailfiles import MailFiles, Source
from ingest.take import HandOver, commit, hand_over
from store.database import Store

DATABASE_ERRORS = (SQLAlchemyError, psycopg.Error)
"""The driver's own errors come through unwrapped while a connection is being set up."""

MAILBOX = "import"
"""The mailbox that imported mails are filed under, one folder per path."""

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""A date before this is a broken clock, not a mail."""

_HEADER_BYTES = 131_072
_DATE_CHARS = 120


@dataclass
class Imported:
    """What an import brought: mails read, mails not known before, and files passed over, each with the reason."""

    read: int = 0
    new: int = 0
    skipped: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Importer:
    """Where imported mails go. `hand_over` is told the ids of the new ones after each commit."""

    store: Store
    hand_over: HandOver
    limits: Limits = field(default_factory=Limits)
    progress: Callable[[int], None] = lambda _mails: None

    def path(self, path: Path, now: datetime) -> Imported:
        """Import everything at `path`; again is harmless. Raises `ImportUnreadable`, `StoreUnavailable`."""
        result = Imported()
        try:
            self._keep_all(str(path.resolve()), MailFiles(self.limits, result.skipped).walk(path), result, now)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ImportUnreadable(f"{error.filename or path}: {reason}; nothing more was imported") from error
        if not result.read:
            why = result.skipped[0] if result.skipped else "it is empty"
            raise ImportUnreadable(f"{path} holds no mail: {why}")
        return result

    def stream(self, stream: IO[bytes], now: datetime) -> Imported:
        """Import the one mail an MTA pipes in. When this returns it is committed. Raises as `path` does.

        It is one mail whatever its body looks like: a From_ line in the body must not forge a second mail.
        """
        result = Imported()
        source = MailFiles(self.limits, result.skipped).read(stream)
        raw = source.raw
        if raw.startswith(b"From "):
            raw = raw.partition(b"\n")[2]
        if not raw.strip():
            raise ImportUnreadable("standard input: no mail arrived; pipe one mail into it")
        self._keep_all("-", iter([Source(raw, source.size)]), result, now)
        return result

    def _keep_all(self, name: str, sources: Iterator[Source], result: Imported, now: datetime) -> None:
        place: Place | None = None
        for batch in _batches(sources):
            place = place or self._place(name)
            new = self._keep(place, [self._fetched(source, now) for source in batch], now)
            result.read += len(batch)
            result.new += len(new)
            hand_over(self.hand_over, new, MAILBOX)
            self.progress(result.read)

    def _place(self, name: str) -> Place:
        """The folder row of this path, made at the first import."""
        given = {"mailbox": MAILBOX, "name": name}
        try:
            with self.store.transaction() as session:
                session.execute(_FOLDER, given)
                return Place(session.execute(_FOLDER_ID, given).scalar_one(), 1)
        except DATABASE_ERRORS as error:
            raise _store_unavailable(error) from error

    def _keep(self, place: Place, fetched: list[Fetched], now: datetime) -> list[int]:
        try:
            return commit(self.store, place, fetched, 0, now)
        except DATABASE_ERRORS as error:
            raise _store_unavailable(error) from error

    def _fetched(self, source: Source, now: datetime) -> Fetched:
        # A file has no UIDs; one made of the content is the same at every import, wherever the mail then stands.
        uid = int.from_bytes(hashlib.sha256(source.raw).digest()[:7], "big")
        truncated = Trouble.OVERSIZED if source.size > len(source.raw) else None
        return Fetched(uid, source.raw, received_at(source.raw, now), source.size, truncated)


_FOLDER = text("INSERT INTO folder (mailbox, name, uidvalidity) VALUES (:mailbox, :name, 1) ON CONFLICT DO NOTHING")
_FOLDER_ID = text("SELECT id FROM folder WHERE mailbox = :mailbox AND name = :name")


def _store_unavailable(error: Exception) -> StoreUnavailable:
    return StoreUnavailable(f"The database did not take the mail ({type(error).__name__}); try again later")


def _batches(sources: Iterator[Source]) -> Iterator[list[Source]]:
    batch: list[Source] = []
    weight = 0
    for source in sources:
        batch.append(source)
        weight += len(source.raw)
        if len(batch) >= BATCH_MAILS or weight >= BATCH_BYTES:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def received_at(raw: bytes, now: datetime) -> datetime:
    """When a mail reached us: the date of its top Received field, else its Date, never past `now`; else `now`.

    The top Received field is our own server's word, Date is the sender's.
    """
    for name in (b"received", b"date"):
        found = _date(_field(raw[:_HEADER_BYTES], name).rpartition(b";")[2])
        if found and EARLIEST <= found <= now + timedelta(days=1):
            return min(found, now)
    return now


def _field(head: bytes, name: bytes) -> bytes:
    """The first field `name` of a header block, unfolded; found line by line, since a pattern would backtrack."""
    value: list[bytes] = []
    for line in head.splitlines():
        if value and line[:1] not in (b" ", b"\t"):
            break
        if value:
            value.append(line.strip())
        elif not line:
            break
        elif line[: len(name)].lower() == name and line[len(name) :].lstrip().startswith(b":"):
            value.append(line.partition(b":")[2].strip())
    return b" ".join(value)


def _date(value: bytes) -> datetime | None:
    try:
        found = parsedate_to_datetime(value[-_DATE_CHARS:].decode("ascii", "replace").strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
