"""Keeps the last days of a folder that was never read, and puts the cursor behind them: older mail stays unread."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import update

from ingest.errors import Fenced
from ingest.fetch import BATCH_MAILS, SIZES_AT_ONCE, Fetcher, first_batch, heads, search
from ingest.imap import Imap
from ingest.keep import Place
from ingest.lease import Held
from ingest.take import Desk, commit
from store.mail import Folder


def keep_since(desk: Desk, imap: Imap, held: Held, since: date, now: datetime) -> int:
    """Keep what came to the folder on `since` and later, under the lease `held`; how many mails are new.

    SEARCH SINCE knows days in the server's zone only. Nothing is handed over: the caller processes what waits.

    Raises:
        ConnectionLost, Throttled, Refused: the server did not play along; run again, what is kept stays kept.
        Fenced: another poller has taken the folder over.

    """
    selected = imap.select(held.name, readonly=True)
    place = Place(held.folder_id, selected.uidvalidity, held.epoch)
    fresh = held.uidvalidity != selected.uidvalidity
    if fresh:
        _adopt(desk, place)
    fetcher = Fetcher(imap, desk.timing, desk.limits.mail_bytes)
    kept, last = 0, selected.uidnext - 1
    for uids in search(imap, selected, 0, "SINCE", since):
        for start in range(0, len(uids), SIZES_AT_ONCE):
            kept += _portion(desk, fetcher, place, uids[start : start + SIZES_AT_ONCE], now)
        last = max([last, *uids])
    if fresh or not held.last_uid:
        # Last of all, so that a run that is cut short leaves the folder as unread as it was.
        commit(desk.store, place, [], last, now)
    return kept


def _portion(desk: Desk, fetcher: Fetcher, place: Place, uids: Sequence[int], now: datetime) -> int:
    found = heads(fetcher.imap, uids)
    waiting = [found[uid] for uid in uids if uid in found]
    kept = 0
    while waiting:
        batch = first_batch(waiting, BATCH_MAILS)
        waiting = waiting[len(batch) :]
        kept += len(commit(desk.store, place, fetcher.fetch(batch, now), 0, now))
    return kept


def _adopt(desk: Desk, place: Place) -> None:
    """Take the server's UIDVALIDITY over; all UIDs known under another one mean nothing any more."""
    mine = Folder.id == place.folder_id, Folder.lease_epoch == place.epoch
    values = {"uidvalidity": place.uidvalidity, "last_uid": 0}
    with desk.store.transaction() as session:
        if not session.scalars(update(Folder).where(*mine).values(values).returning(Folder.id)).all():
            raise Fenced(f"folder {place.folder_id} was taken over by another poller")
