"""A worker process for tests: processes what waits in the database given on the command line, and may be killed."""

import sys
from datetime import timedelta

from ingest import work
from ingest.process import process_batch
from store.database import Store, connect
from tests.ingest.scene import NOW, context


def main() -> None:
    """Process until nothing waits; a later start happens `argv[2]` seconds later on the simulated clock."""
    store = Store(connect(sys.argv[1]))
    now = NOW + timedelta(seconds=int(sys.argv[2]))
    while True:
        with store.transaction() as session:
            ids = work.unprocessed(session, 50, now)
        if not ids:
            return
        process_batch(store, ids, context(), now)


if __name__ == "__main__":
    main()
