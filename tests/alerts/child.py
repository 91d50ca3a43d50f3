"""A process that forks one child per job, so that a kill point can end the child without a new start of Python each."""

import importlib
import json
import os
import sys
from datetime import datetime

import config.killpoint
from alerts.customer import deliver_customer_one
from alerts.deliver import deliver_one
from alerts.digest import open_due_digests
from store.database import Store, connect
from tests.alerts.scene import ALLOWED, CONTEXT, sender_for
from tests.alerts.sink import Sink


def serve() -> None:
    """Read jobs as JSON lines, and answer each with the signal that ended its child, 0 for none."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _work(**json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)}\n")
        sys.stdout.flush()


def _work(job: str, url: str, port: int, now: str, kill_at: str) -> None:
    os.environ["KILL_AT"] = kill_at
    importlib.reload(config.killpoint)
    store, at = Store(connect(url)), datetime.fromisoformat(now)
    # Only standard output belongs to the parent's answers.
    os.dup2(2, 1)
    if job == "digest":
        with store.transaction() as session:
            open_due_digests(session, CONTEXT, at)
    elif job == "customer":
        sender = sender_for(Sink(port))
        while deliver_customer_one(store, sender, ALLOWED, at):
            pass
    else:
        sender = sender_for(Sink(port))
        while deliver_one(store, sender, CONTEXT, at):
            pass
    os._exit(0)


if __name__ == "__main__":
    serve()
