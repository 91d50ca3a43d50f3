"""Compares what the server holds with the ledger, fetches what is missing and writes down every difference."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import insert, select, update

from ingest.fetch import BATCH_MAILS, Fetched, Fetcher, Head, first_batch, heads, search
from ingest.imap import Imap, Selected
from ingest.keep import Place
from ingest.take import Desk, commit, hand_over
from store.mail import Delivery, Folder, Reconciliation

UNSEEN = "not in the ledger: it came in below the cursor"

DAYS = 7
"""How far back is compared: more than a long weekend's outage, and a SEARCH that stays small."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Missing:
    """One UID on the server without its mail in the ledger: why, and whether it is kept now."""

    uid: int
    why: str
    kept: bool


@dataclass(frozen=True)
class Report:
    """One comparison of one folder; `kept` are the raw ids newly kept by it."""

    folder: str
    on_server: int
    in_ledger: int
    missing: tuple[Missing, ...]
    kept: tuple[int, ...]
    gone: int


def reconcile_folder(desk: Desk, imap: Imap, folder_id: int, name: str, now: datetime) -> Report:
    """Compare the last days of one folder and mend the difference. Raises `ConnectionLost`, `Throttled`, `Refused`.

    It moves no cursor and needs no lease: what a poller keeps at the same time is recognised by the ledger's key.
    """
    selected = imap.select(name, readonly=True)
    comparison = _Comparison(desk, imap, selected, Place(folder_id, selected.uidvalidity), now)
    report = comparison.report(name)
    comparison.write(report)
    return report


@dataclass(frozen=True)
class _Comparison:
    """One folder's comparison at `now`."""

    desk: Desk
    imap: Imap
    selected: Selected
    place: Place
    now: datetime

    @property
    def since(self) -> datetime:
        return self.now - timedelta(days=DAYS)

    def report(self, name: str) -> Report:
        cursor = self._cursor()
        on_server = self._on_server(cursor)
        ledger = self._ledger(on_server)
        missing = [uid for uid in on_server if uid not in ledger or ledger[uid] is not None]
        new, arrived = self._mend(missing, ledger)
        rows = tuple(Missing(uid, ledger.get(uid) or UNSEEN, uid in arrived) for uid in missing)
        gone = self._mark_gone(on_server, cursor)
        return Report(name, len(on_server), len(on_server) - len(missing), rows, tuple(new), gone)

    def _cursor(self) -> int:
        """Up to where the folder was polled; what lies above is not missing but still to come."""
        with self.desk.store.transaction() as session:
            folder = session.get_one(Folder, self.place.folder_id)
            return folder.last_uid if folder.uidvalidity == self.place.uidvalidity else 0

    def _on_server(self, cursor: int) -> list[int]:
        # SEARCH SINCE knows days only, in the server's zone; a day more is harmless.
        found = search(self.imap, self.selected, 0, "SINCE", (self.since - timedelta(days=1)).date())
        return sorted(uid for portion in found for uid in portion if uid <= cursor)

    def _ledger(self, uids: Sequence[int]) -> dict[int, str | None]:
        """By UID: None when its mail is kept, else the problem that kept it away."""
        rows = (
            select(Delivery.uid, Delivery.raw_mail_id, Delivery.problem)
            .where(Delivery.folder_id == self.place.folder_id, Delivery.uidvalidity == self.place.uidvalidity)
            .where(Delivery.uid.between(min(uids, default=0), max(uids, default=0)))
        )
        with self.desk.store.transaction() as session:
            return {uid: None if raw_id else problem or UNSEEN for uid, raw_id, problem in session.execute(rows)}

    def _mend(self, missing: Sequence[int], ledger: dict[int, str | None]) -> tuple[list[int], set[int]]:
        """Fetch and keep what is missing; the new raw ids, and the UIDs whose mail is kept now.

        What failed before comes last and alone, since it may break the connection again.
        """
        known = heads(self.imap, missing)
        waiting = [known[uid] for uid in missing if uid in known and uid not in ledger]
        doubtful = [[known[uid]] for uid in missing if uid in known and uid in ledger]
        new: list[int] = []
        arrived: set[int] = set()
        while waiting or doubtful:
            batch = first_batch(waiting, BATCH_MAILS) if waiting else doubtful.pop(0)
            waiting = waiting[len(batch) :]
            fetched = self._fetch(batch, ledger)
            new += self._keep(fetched)
            arrived |= {f.uid for f in fetched if f.raw is not None}
        return new, arrived

    def _fetch(self, batch: Sequence[Head], ledger: dict[int, str | None]) -> list[Fetched]:
        """Fetch; a failure already in the ledger stays there as it is."""
        found = Fetcher(self.imap, self.desk.timing, self.desk.limits.mail_bytes).fetch(batch, self.now)
        return [f for f in found if f.raw is not None or f.uid not in ledger]

    def _keep(self, fetched: Sequence[Fetched]) -> list[int]:
        new = commit(self.desk.store, self.place, fetched, 0, self.now)
        hand_over(self.desk.hand_over, new, self.desk.mailbox.name)
        return new

    def _mark_gone(self, on_server: Sequence[int], cursor: int) -> int:
        """Mark kept mails that the server no longer has; ours stay."""
        recent = (
            select(Delivery.id, Delivery.uid)
            .where(Delivery.folder_id == self.place.folder_id, Delivery.uidvalidity == self.place.uidvalidity)
            .where(Delivery.received_at >= self.since, Delivery.uid <= cursor)
            .where(Delivery.raw_mail_id.is_not(None), Delivery.gone_at.is_(None))
        )
        there = set(on_server)
        with self.desk.store.transaction() as session:
            gone = [{"id": id_, "gone_at": self.now} for id_, uid in session.execute(recent) if uid not in there]
            if gone:
                session.execute(update(Delivery), gone)
        return len(gone)

    def write(self, report: Report) -> None:
        """Write the comparison down, with every missing UID and why."""
        row = {
            "folder_id": self.place.folder_id,
            "at": self.now,
            "since": self.since,
            "on_server": report.on_server,
            "in_ledger": report.in_ledger,
            "missing": [asdict(missing) for missing in report.missing],
        }
        with self.desk.store.transaction() as session:
            session.execute(insert(Reconciliation).values(row))
        if report.missing:
            _log.warning(
                "mail_missing", mailbox=self.desk.mailbox.name, folder=report.folder, count=len(report.missing)
            )
