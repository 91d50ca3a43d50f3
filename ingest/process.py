"""Takes kept mails through one batch: read, classify, thread, file, command, assess - in one transaction."""

import hashlib
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import PurePath

import structlog
from sqlalchemy.exc import IntegrityError, OperationalError

from config.killpoint import killpoint
from config.words import MailKind
from ingest import work
from ingest.classify import classify, sender_of
from ingest.context import IngestContext
from ingest.directory import Directory, load_directory
from ingest.file import file_batch
from ingest.listen import listen
from ingest.mail import ParsedMail, Unreadable
from ingest.origin import Origins
from ingest.rating import rated
from ingest.read import read_mail
from ingest.thread import Incoming
from ingest.work import Kept
from store.database import Store
from workflow.gather import HEARD

log = structlog.get_logger()

MOST_RETRIES = 3
"""Tries of one transaction that lost a race (deadlock, same mail filed by another worker)."""

MOST_SKEW = timedelta(days=7)
"""A Date header further than this from the server's time is not believed (the arrival is taken instead)."""


PATIENCE_SECONDS = 30
"""Reading a batch of the slowest mails could outlast the claim on it (60 s); what is left then is put back."""

_ONE_SUSPECT = threading.Lock()
"""Held over a mail that was tried before. Two threads may be given the same mails (queue and rescue both name them): if
one read a neighbour while the other dies of the culprit, the neighbour would be counted too and end parked with it."""

SINGLE = (MailKind.COMMAND, MailKind.FORWARD)
"""Kinds settled alone: checking their sender may wait for DNS, and nobody else's mail should wait with it."""


@dataclass
class BatchResult:
    """How a batch ended, by raw mail id."""

    parsed: list[int] = field(default_factory=list)
    ignored: list[int] = field(default_factory=list)
    parked: list[int] = field(default_factory=list)


def process_batch(store: Store, raw_ids: Sequence[int], ctx: IngestContext, now: datetime) -> BatchResult:
    """Process the waiting mails among `raw_ids`; safe to call twice, or at the same time, with the same ids.

    One transaction serves the whole batch (commits are most of the cost). When a mail makes it fail, the mails are
    done one by one and only the culprit is parked.

    Raises:
        sqlalchemy.exc.OperationalError: the database is out of reach; the mails wait and are taken up again.

    """
    killpoint("K10")
    with store.transaction() as session:
        fresh = work.claim(session, raw_ids, now)
        again = work.tried_before(session, raw_ids, now) if len(fresh) < len(raw_ids) else []
        directory = load_directory(session, ctx.settings)
    run = _Run(store, ctx, directory, now)
    run.process(fresh)
    run.process_again(again)
    return run.result


@dataclass
class _Run:
    """One call's work: where to, with which directory, at what time, and what came of it."""

    store: Store
    ctx: IngestContext
    directory: Directory
    now: datetime
    result: BatchResult = field(default_factory=BatchResult)

    def process_again(self, raw_ids: Sequence[int]) -> None:
        """Try mails that were tried before one at a time; what there is no time for is named again later."""
        patience = time.monotonic() + PATIENCE_SECONDS
        for raw_id in raw_ids:
            with _ONE_SUSPECT:
                if time.monotonic() > patience:
                    return
                self._suspect(raw_id)

    def _suspect(self, raw_id: int) -> None:
        """Try a mail alone, and park it when it has had its chances."""
        with self.store.transaction() as session:
            taken = work.claim(session, [raw_id], self.now, again=True)
            if taken and taken[0].attempts > work.MOST_ATTEMPTS:
                sentence = f"The worker died {work.MOST_ATTEMPTS} times while it read this mail; it was put aside."
                work.park(session, raw_id, "poison", sentence, self.now)
                self.result.parked.append(raw_id)
                taken = []
        self.process(taken)

    def process(self, batch: list[Kept]) -> None:
        """Read outside any transaction, then file; mails that may command go alone, each in its own transaction."""
        if not batch:
            return
        unreadable: dict[int, Unreadable] = {}
        together: list[Incoming] = []
        alone: list[Incoming] = []
        patience = time.monotonic() + PATIENCE_SECONDS
        origins = Origins(self.store, self.ctx.settings, [kept.id for kept in batch])
        for place, kept in enumerate(batch):
            if time.monotonic() > patience:
                self._put_back(batch[place:])
                break
            try:
                incoming = self._read(kept, origins)
            except Unreadable as why:
                unreadable[kept.id] = why
                continue
            (alone if incoming.verdict.kind in SINGLE else together).append(incoming)
        killpoint("K12")
        self._file(together, unreadable)
        for incoming in alone:
            self._file([incoming], {})
        killpoint("K14")

    def _put_back(self, rest: list[Kept]) -> None:
        """Leave the rest of a slow batch to the next worker, before the claim on it runs out under our hands."""
        log.warning("batch_slow", left=len(rest))
        with self.store.transaction() as session:
            work.release(session, [kept.id for kept in rest])

    def _read(self, kept: Kept, origins: Origins) -> Incoming:
        mail = read_mail(kept.body, self.ctx.settings.limits)
        verdict = origins.doubted(kept, mail, classify(mail, self.directory, self.ctx.loop_id))
        verdict = rated(self.store, mail, origins.overheard(kept, mail, verdict, self.directory))
        mail = _keyed(mail, verdict.kind)
        recipients = [*(a.email for a in (*mail.to, *mail.cc)), *mail.envelope_to]
        # A mail that comes from a shared mailbox is that team's, whose hours its promises are reckoned in.
        team = self.directory.team_for([*recipients, sender_of(mail)])
        incoming = Incoming(
            raw_id=kept.id,
            body=kept.body,
            received_at=kept.received_at,
            sent_at=_sent_at(mail.sent_at, kept.received_at),
            mail=mail,
            verdict=verdict,
            team_id=team or (verdict.colleague.team_id if verdict.colleague else None),
        )
        listen(incoming, self.directory)
        return incoming

    def _file(self, incoming: list[Incoming], unreadable: dict[int, Unreadable]) -> None:
        """Settle the mails; when that fails, each by itself, so that only the culprit is parked."""
        try:
            self._settle(incoming, unreadable)
        except OperationalError:
            with self.store.transaction() as session:
                work.release(session, [*(i.raw_id for i in incoming), *unreadable])
            raise
        except Exception as error:  # noqa: BLE001 - whatever a mail does, it must not stop the others
            if len(incoming) == 1:
                self._park(incoming[0].raw_id, error)
                return
            log.warning("batch_split", mails=len(incoming), error=type(error).__name__, where=_where(error))
            self._settle([], unreadable)
            for one in incoming:
                self._file([one], {})

    def _settle(self, incoming: list[Incoming], unreadable: dict[int, Unreadable]) -> None:
        """Do the one transaction of a batch, again when it lost a race."""
        for attempt in range(MOST_RETRIES):
            try:
                with self.store.transaction() as session:
                    waiting = work.still_waiting(session, [*(i.raw_id for i in incoming), *unreadable])
                    for raw_id in waiting & unreadable.keys():
                        work.park(session, raw_id, unreadable[raw_id].code, str(unreadable[raw_id]), self.now)
                    mails = [i for i in incoming if i.raw_id in waiting]
                    filed = file_batch(session, mails, self.ctx, self.directory, self.now)
                    killpoint("K13")
            except (OperationalError, IntegrityError) as race:
                if attempt == MOST_RETRIES - 1 or not _may_retry(race):
                    raise
                continue
            self.result.parsed += filed.parsed
            self.result.ignored += filed.ignored
            self.result.parked += waiting & unreadable.keys()
            return

    def _park(self, raw_id: int, error: Exception) -> None:
        where = _where(error)
        log.error("mail_parked", raw_mail=raw_id, error=type(error).__name__, where=where)
        sentence = (
            f"Processing failed with {type(error).__name__} at {where}. The mail is kept; when the cause is mended, "
            f"run `smokewatch parked retry {raw_id}`."
        )
        with self.store.transaction() as session:
            work.park(session, raw_id, "failed", sentence, self.now)
        self.result.parked.append(raw_id)


def _keyed(mail: ParsedMail, kind: MailKind) -> ParsedMail:
    """The mail, where it is not heard, under a key of its own.

    A copy that came over a list, or that somebody marked as automatic, must not make a copy of the customer's mail.
    """
    if kind in HEARD:
        return mail
    return replace(mail, content_key=hashlib.sha256(kind.value.encode() + mail.content_key).digest())


def _where(error: Exception) -> str:
    """File and line of the failure. The error's own text may hold mail content, so it goes nowhere."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{PurePath(last.filename).name}:{last.lineno}"


def _sent_at(date: datetime | None, received_at: datetime) -> datetime:
    """Believe the Date header where it can be true, else the arrival: anybody can write any date into a mail."""
    if date is None or not received_at - MOST_SKEW <= date <= received_at + timedelta(hours=1):
        return received_at
    return min(date, received_at)


def _may_retry(error: OperationalError | IntegrityError) -> bool:
    """Deadlocks and unique violations pass when tried again; a lost connection is for the caller's caller."""
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in {"40P01", "40001"}
