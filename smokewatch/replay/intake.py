"""Takes the mails of a spool in one by one, as if each had just come."""

from dataclasses import dataclass, field

from ingest.context import IngestContext
from ingest.keep import Place, keep
from ingest.process import process_batch
from smokewatch.replay.mails import Arrival, Spool
from store.database import Store
from store.mail import Folder

FOLDER = "replay"
"""The folder that replayed mails are filed under, one per mailbox."""


@dataclass
class Intake:
    """Keeps and processes mails at their own times; `mails` and `parked` count what came of it."""

    store: Store
    ctx: IngestContext
    spool: Spool
    mails: int = 0
    parked: int = 0
    _folders: dict[str, int] = field(default_factory=dict)

    def take(self, arrival: Arrival) -> int | None:
        """Take one mail in; its id, None for one that is known already."""
        fetched = self.spool.fetched(arrival)
        place = Place(self._folder(arrival.mailbox), 1)
        with self.store.transaction() as session:
            ids = keep(session, place, [fetched], 0, arrival.at)
        if not ids:
            return None
        result = process_batch(self.store, ids, self.ctx, arrival.at)
        self.mails += 1
        self.parked += len(result.parked)
        return ids[0]

    def _folder(self, mailbox: str) -> int:
        if mailbox not in self._folders:
            with self.store.transaction() as session:
                folder = Folder(mailbox=mailbox, name=FOLDER, uidvalidity=1)
                session.add(folder)
                session.flush()
                self._folders[mailbox] = folder.id
        return self._folders[mailbox]
