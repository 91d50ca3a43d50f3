"""Puts mails in the order they reached us, their bytes in a temporary file: a mailbox need not fit into memory."""

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Self

from sqlalchemy import Select, select

from config.settings import Limits
from ingest.errors import ImportUnreadable
from ingest.fetch import Fetched, Trouble
from ingest.files import MAILBOX, received_at
from ingest.mailfiles import MailFiles
from store.database import Store
from store.mail import Delivery, Folder, RawMail

_NO_DATE = datetime(9000, 1, 1, tzinfo=UTC)
"""Later than any mail; what `received_at` gives for one that carries no date."""

_AT_ONCE = 200
"""Stored mails read by one query."""


@dataclass(frozen=True)
class Arrival:
    """One mail: when it reached us, which it was (so that ties have an order), its mailbox and where its bytes lie."""

    at: datetime
    number: int
    mailbox: str
    start: int
    length: int
    size: int


@dataclass
class Spool:
    """Mails in time order; leaving the block gives their file back. `skipped` says what was passed over, and why."""

    arrivals: list[Arrival] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    _file: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    _end: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the temporary file back."""
        self._file.close()

    def add(self, raw: bytes, size: int, at: datetime, mailbox: str) -> None:
        """Take one more mail in."""
        self._file.seek(self._end)
        self._file.write(raw)
        self.arrivals.append(Arrival(at, len(self.arrivals) + 1, mailbox, self._end, len(raw), size))
        self._end += len(raw)

    def sort(self) -> None:
        """Put the mails in the order of time."""
        self.arrivals.sort(key=lambda each: (each.at, each.number))

    def fetched(self, arrival: Arrival) -> Fetched:
        """The mail as a mailbox would hand it out."""
        self._file.seek(arrival.start)
        raw = self._file.read(arrival.length)
        truncated = Trouble.OVERSIZED if arrival.size > arrival.length else None
        return Fetched(arrival.number, raw, arrival.at, arrival.size, truncated)


def from_files(path: Path, limits: Limits) -> Spool:
    """The mails of an mbox, a Maildir, a folder of .eml files or one .eml.

    A mail without any date is taken to have come with the one before it.

    Raises:
        ImportUnreadable: the path cannot be read or holds no mail.

    """
    spool = Spool()
    try:
        _fill(spool, path, limits)
    except BaseException:
        spool.close()
        raise
    spool.sort()
    return spool


def _fill(spool: Spool, path: Path, limits: Limits) -> None:
    before: datetime | None = None
    try:
        for source in MailFiles(limits, spool.skipped).walk(path):
            at = received_at(source.raw, _NO_DATE)
            if at == _NO_DATE and before is None:
                spool.skipped.append(f"{path}: its first mail carries no date")
                continue
            before = before if at == _NO_DATE and before else at
            spool.add(source.raw, source.size, before, MAILBOX)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ImportUnreadable(f"{error.filename or path}: {reason}; nothing was replayed") from error
    if not spool.arrivals:
        raise ImportUnreadable(f"{path} holds no mail: {spool.skipped[0] if spool.skipped else 'it is empty'}")


def from_store(store: Store) -> Spool:
    """The mails that were kept, as they were received.

    Raises:
        ImportUnreadable: no mail is kept.

    """
    spool = Spool()
    emptied = 0
    with store.transaction() as session:
        for raw, size, at, mailbox in session.execute(_stored()):
            if raw:
                spool.add(raw, size, at, mailbox or MAILBOX)
            else:
                emptied += 1
    if emptied:
        spool.skipped.append(f"{emptied} mails whose text was forgotten or is past its retention")
    if not spool.arrivals:
        spool.close()
        raise ImportUnreadable("No mail is kept yet: name an mbox or a Maildir, or start `smokewatch up` first")
    spool.sort()
    return spool


def _stored() -> Select[bytes, int, datetime, str | None]:
    first = select(Folder.mailbox).join(Delivery, Delivery.folder_id == Folder.id)
    mailbox = first.where(Delivery.raw_mail_id == RawMail.id).order_by(Delivery.id).limit(1).scalar_subquery()
    rows = select(RawMail.body, RawMail.size, RawMail.received_at, mailbox).order_by(RawMail.received_at, RawMail.id)
    return rows.execution_options(yield_per=_AT_ONCE)
