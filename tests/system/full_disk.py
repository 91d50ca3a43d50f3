"""Fills the database's disk under a running installation; runs alone in a mount namespace of its own (`unshare -m`)."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.system.corpus import Corpus
from tests.system.house import House, until
from tests.system.outcome import check_mail, check_record

DISK = "200m"
BALLAST = "ballast"


def main(home: Path, smtp: int, imap: int, user: str) -> None:
    """Run the whole story; the mails are delivered by the parent, told when on standard output."""
    disk = home / "var" / "postgres"
    disk.mkdir(parents=True)
    subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", f"size={DISK}", "disk", str(disk)], check=True)
    house = House(home, smtp)
    house.watch(imap, user)
    try:
        _suffer(house, disk)
    finally:
        house.close()


def _suffer(house: House, disk: Path) -> None:
    corpus = Corpus(50, datetime.now(UTC))
    house.start("poll", "poll")
    house.start("worker", "worker")
    _deliver("first half")
    until(lambda: house.count("parsed") > 100, 60)
    _fill(disk / BALLAST)
    _deliver("second half")
    until(lambda: "No space left" in (disk / "postgres.log").read_text(), 60)
    time.sleep(5)
    assert all(process.poll() is None for process in house.processes.values())
    failures = house.log("poll").read_text().count('"event": "poll_failed"')
    assert 1 <= failures <= 2, failures
    assert "stays in the mailbox and is tried again" in house.log("poll").read_text()
    (disk / BALLAST).unlink()
    house.settle(len(corpus.mails), 150)
    check_mail(house.store, corpus)
    check_record(house.store, corpus)
    for name in list(house.processes):
        house.end(name)


def _deliver(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            os.fsync(file.fileno())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
