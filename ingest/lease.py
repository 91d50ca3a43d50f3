"""Lets one poller at a time move a folder's cursor: a lease in the database, by the database's clock."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import structlog
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from store.database import Store

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Held:
    """A folder this poller may move. `epoch` rises with every change of holder and fences out the one before."""

    folder_id: int
    name: str
    epoch: int
    uidvalidity: int | None
    last_uid: int
    retry_at: datetime | None


_CREATE = text("""
    INSERT INTO folder (mailbox, name) SELECT :mailbox, unnest(CAST(:names AS text[]))
    ON CONFLICT (mailbox, name) DO NOTHING
""")

# The database's clock decides, so that hosts whose clocks differ cannot both believe they hold the lease.
_ACQUIRE: TextClause = text("""
    UPDATE folder SET lease_until = clock_timestamp() + make_interval(secs => :seconds), lease_holder = :holder,
        lease_epoch = lease_epoch + CASE WHEN lease_holder IS NOT DISTINCT FROM :holder THEN 0 ELSE 1 END
    WHERE id IN (SELECT id FROM folder WHERE mailbox = :mailbox AND name = ANY(CAST(:names AS text[]))
            AND (lease_holder IS NOT DISTINCT FROM :holder OR lease_until IS NULL OR lease_until < clock_timestamp())
            ORDER BY id FOR UPDATE)
    RETURNING id, name, lease_epoch, uidvalidity, last_uid, retry_at
""")

_RENEW = text("""
    UPDATE folder SET lease_until = clock_timestamp() + make_interval(secs => :seconds)
    WHERE mailbox = :mailbox AND lease_holder = :holder
""")

_RELEASE = text("""
    UPDATE folder SET lease_until = NULL, lease_holder = NULL WHERE mailbox = :mailbox AND lease_holder = :holder
""")


@dataclass(frozen=True)
class Lessee:
    """Who asks: one poller of one mailbox. `holder` is unique to the running poller; `seconds` is the term."""

    mailbox: str
    holder: str
    seconds: float

    def acquire(self, session: Session, names: Sequence[str]) -> list[Held]:
        """Take or extend the leases of the folders `names` that nobody else holds; in the order of `names`."""
        given = {"mailbox": self.mailbox, "names": list(names)}
        session.execute(_CREATE, given)
        rows = session.execute(_ACQUIRE, given | {"holder": self.holder, "seconds": self.seconds})
        return sorted((Held(*row) for row in rows), key=lambda held: list(names).index(held.name))

    def renew(self, session: Session) -> None:
        """Extend what is held; what was lost meanwhile stays lost."""
        session.execute(_RENEW, {"mailbox": self.mailbox, "holder": self.holder, "seconds": self.seconds})

    def release(self, session: Session) -> None:
        """Give all leases back at once, so that the next poller need not wait for their end."""
        session.execute(_RELEASE, {"mailbox": self.mailbox, "holder": self.holder})


class Heartbeat:
    """Renews a poller's leases from a thread of its own: one FETCH on a slow line may take longer than a lease."""

    def __init__(self, store: Store, lessee: Lessee) -> None:
        self._store, self._lessee = store, lessee
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"lease-{lessee.mailbox}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stop.wait(self._lessee.seconds / 3):
            try:
                with self._store.transaction() as session:
                    self._lessee.renew(session)
            except Exception as error:  # noqa: BLE001 - a lost connection must not end the beat for good
                _log.warning("lease_not_renewed", mailbox=self._lessee.mailbox, error=type(error).__name__)
