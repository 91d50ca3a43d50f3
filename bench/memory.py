"""Measures the memory of a worker, and of a poller on a real Dovecot, over many mails.

Usage: python -m bench.memory [MAILS]
"""

import gc
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bench.corpus import START, mails
from bench.engine import add_people, context, database
from bench.pipeline import BATCH, NOW
from ingest.process import process_batch
from smokewatch.memory import freeze
from store.database import Store, connect
from store.mail import RawMail

STEPS = 10


def resident() -> float:
    """Resident memory of the running process in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def watch(name: str, total: int, step: Callable[[int], None]) -> None:
    """Do `total` mails in steps and print the memory after each; the first step warms up."""
    seen = []
    for _ in range(STEPS):
        step(total // STEPS)
        gc.collect()
        seen.append(resident())
    slope = (seen[-1] - seen[1]) / (total * (STEPS - 2) / STEPS) * 10_000
    print(f"{name:8} {total:,} mails: " + " ".join(f"{mb:.0f}" for mb in seen) + f" MB; {slope:+.1f} MB per 10,000")


def worker(url: str, total: int) -> None:
    """Process `total` mails in this process; another one keeps them, as in life."""
    store = Store(connect(url))
    ctx = context()
    done = 0

    def step(count: int) -> None:
        nonlocal done
        keeper = [sys.executable, "-m", "bench.memory", "keep", url, str(done), str(count)]
        subprocess.run(keeper, check=True)
        done += count
        while True:
            with store.transaction() as session:
                ids = list(session.scalars(select(RawMail.id).where(RawMail.state == "kept").limit(BATCH)))
            if not ids:
                return
            process_batch(store, ids, ctx, NOW)

    freeze()
    watch("worker", total, step)


def keep(url: str, first: int, count: int) -> None:
    """Store `count` mails that nobody stored before."""
    store = Store(connect(url))
    made = mails(count // 4 + 1, seed=first)
    with store.transaction() as session:
        for _, raw in zip(range(count), made, strict=False):
            session.add(
                RawMail(
                    sha256=hashlib.sha256(raw).digest(),
                    body=raw,
                    size=len(raw),
                    received_at=START + timedelta(days=60),
                    kept_at=NOW,
                )
            )


def poller(url: str, total: int) -> None:
    """Poll a mailbox that gets `total` mails; skipped where there is no Dovecot."""
    from tests.dovecot.box import Box  # noqa: PLC0415 - needs pytest, which a bare installation lacks
    from tests.dovecot.server import DOVECOT, free_port, running  # noqa: PLC0415

    if DOVECOT is None:
        print("poller   skipped: there is no Dovecot on this machine")
        return
    with running(free_port()) as server:
        box = Box(server, "bench", Store(connect(url)))
        polling = box.poller()
        number = 0

        def step(count: int) -> None:
            nonlocal number
            head = b"Subject: %d\r\nMessage-ID: <%d@x>\r\n\r\n"
            server.put("bench", [head % (n, n) + b"text " * 1000 for n in range(number, number + count)])
            number += count
            box.handed.clear()
            while polling.poll_once(datetime.now(UTC)).more:
                pass

        watch("poller", total, step)


def main() -> None:
    """Print one line for each; each in a process of its own, or the second would begin with the first one's memory."""
    match sys.argv[1:]:
        case ["keep", url, first, count]:
            keep(url, int(first), int(count))
        case ["worker", url, total]:
            worker(url, int(total))
        case ["poller", url, total]:
            poller(url, int(total))
        case given:
            for name in ("worker", "poller"):
                with database() as url:
                    add_people(url)
                    subprocess.run([sys.executable, "-m", "bench.memory", name, url, *(given or ["50000"])], check=True)


if __name__ == "__main__":
    main()
