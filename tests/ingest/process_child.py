"""A worker process for tests: processes what waits in the database given on the command line, and may be killed."""

import sys
from datetime import datetime

from ingest import work
from ingest.process import process_batch
from store.database import Store, connect
from tests.ingest.scene import NOW, context

BATCH = 4
"""Mails processed together."""


def drain(store: Store, now: datetime) -> None:
    """Process until nothing waits."""
    while True:
        with store.transaction() as session:
            ids = work.unprocessed(session, BATCH, now)
        if not ids:
            return
        process_batch(store, ids, context(), now)


if __name__ == "__main__":
    drain(Store(connect(sys.argv[1])), NOW)
