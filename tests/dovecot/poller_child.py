"""A poller in a process of its own, to be killed or frozen: reads its orders as JSON from the command line."""

import json
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime

from config.settings import Mailbox
from ingest.poll import Poller, Standing
from ingest.take import Desk
from ingest.timing import Timing
from store.database import Store, connect


def _stop_when_told(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


def main() -> None:
    """Poll until everything is taken, or until the parent closes our standard input."""
    orders = json.loads(sys.argv[1])
    timing = replace(Timing(), login_gap=0, lease=orders["lease"], standby=0.1, slice=0.1)
    store = Store(connect(orders["database"]))
    desk = Desk(store, Mailbox.model_validate(orders["mailbox"]), lambda _ids: None, timing=timing)
    poller = Poller(desk)
    stop = threading.Event()
    if orders["until_stdin_closes"]:
        threading.Thread(target=_stop_when_told, args=[stop], daemon=True).start()
        poller.run(stop, lambda: datetime.now(UTC))
        return
    while True:
        polled = poller.poll_once(datetime.now(UTC))
        if polled.standing is Standing.WATCHING and not polled.more:
            break
        stop.wait(0.1)
    poller.close()


main()
