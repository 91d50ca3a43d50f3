"""Real and hostile mail through the whole way: each kept mail ends processed or parked, threads are the known ones."""

import csv
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ingest.process import process_batch
from store.database import Store
from store.mail import Conversation, Message, RawMail
from store.outbox import Notice
from tests.ingest.scene import NOW, context, keep, people

SEPARATOR = re.compile(rb"^From .*\d{1,2}:\d\d(?::\d\d)?.*\d{4}\s*$")
BATCH = 50
SECONDS = 60
"""For twenty mails; the point is that none hangs, not how fast this machine is today."""


def _mbox(path: Path) -> Iterator[bytes]:
    """The messages of an mbox, parted as the gold threads were."""
    lines: list[bytes] = []
    blank = True
    with path.open("rb") as file:
        for line in file:
            if blank and SEPARATOR.match(line):
                if lines:
                    yield b"".join(lines)
                lines = [b""]
                blank = False
                continue
            lines.append(line)
            blank = line in {b"\n", b"\r\n"}
    yield b"".join(lines)


def _run(store: Store, raws: list[bytes], size: int = BATCH) -> None:
    with store.transaction() as session:
        people(session)
    for start in range(0, len(raws), size):
        with store.transaction() as session:
            ids = keep(session, raws[start : start + size])
        process_batch(store, ids, context(), NOW)


def _unfinished(store: Store) -> list[tuple[int, str, str | None]]:
    """Mails that are neither parsed, ignored with a reason, nor parked with a reason and an error."""
    with store.transaction() as session:
        rows = session.execute(select(RawMail.id, RawMail.state, RawMail.reason, RawMail.error))
        return [
            (key, state, reason)
            for key, state, reason, error in rows
            if not (state == "parsed" or (state == "ignored" and reason) or (state == "parked" and reason and error))
            or reason == "failed"
        ]


@pytest.mark.parametrize("name", ["twisted-python-2009-2012", "blinux-list-2021-01_2022-02"])
def test_real_threads_are_found(store: Store, shared: Path, name: str) -> None:
    raws = list(_mbox(shared / "mail" / "lists" / f"{name}.mbox"))
    _run(store, raws)
    gold = json.loads((shared / "mail" / "gold_threads.json").read_text())[name]["root"]
    with store.transaction() as session:
        pairs = session.execute(select(Message.message_id, Message.conversation_id))
        found = {message: conversation for message, conversation in pairs}  # noqa: C416
        lost = len(raws) - (session.scalar(select(func.count()).select_from(RawMail)) or 0)
    by_root: dict[str, Counter[int]] = defaultdict(Counter)
    by_conversation: dict[int, Counter[str]] = defaultdict(Counter)
    known = {message: root for message, root in gold.items() if message in found}
    for message, root in known.items():
        by_root[root][found[message]] += 1
        by_conversation[found[message]][root] += 1
    right = sum(
        by_root[root].most_common(1)[0][0] == found[message]
        and by_conversation[found[message]].most_common(1)[0][0] == root
        for message, root in known.items()
    )
    assert lost == 0
    assert right / len(gold) >= 0.995
    assert _unfinished(store) == []


@pytest.mark.parametrize(
    "folder",
    [
        "sisimai",
        "stalwart",
        "mimekit",
        "rubymail",
        "spamscope",
        "cpython_email",
        "notmuch",
        "discourse",
        "enron_two_mailboxes",
    ],
)
def test_real_mail_is_processed_or_parked_with_its_reason(store: Store, shared: Path, folder: str) -> None:
    files = sorted(
        f for f in (shared / "mail" / folder).rglob("*") if f.is_file() and f.suffix not in {".json", ".tsv"}
    )
    _run(store, [f.read_bytes() for f in files])
    assert _unfinished(store) == []


def _manifest(shared: Path) -> dict[str, set[str]]:
    with (shared / "hostile" / "manifest.tsv").open(encoding="utf-8") as file:
        return {row["file"]: set(row["expect"].split("+")) for row in csv.DictReader(file, delimiter="\t")}


def test_hostile_mail_stops_nobody_and_is_kept(store: Store, shared: Path) -> None:
    names = sorted(_manifest(shared))
    began = time.monotonic()
    _run(store, [(shared / "hostile" / name).read_bytes() for name in names], size=20)
    assert time.monotonic() - began < SECONDS * len(names) / 20
    assert _unfinished(store) == []


def test_hostile_text_is_clean_and_hostile_mail_is_never_answered(store: Store, shared: Path) -> None:
    names = [name for name, expect in _manifest(shared).items() if expect & {"SAFETEXT", "NOSEND", "NOCMD"}]
    _run(store, [(shared / "hostile" / name).read_bytes() for name in sorted(names)], size=20)
    with store.transaction() as session:
        assert session.scalars(select(Notice).where(Notice.kind.in_(["answer", "confirm"]))).all() == []
        texts = [
            t for row in session.execute(select(Message.new_text, Message.subject, Message.from_name)) for t in row
        ]
    assert not any("\0" in t or re.search("[\ud800-\udfff]", t) for t in texts)


def test_a_second_delivery_of_hostile_mail_makes_no_second_message(store: Store, shared: Path) -> None:
    names = sorted(name for name, expect in _manifest(shared).items() if "DEDUP" in expect)
    raws = [(shared / "hostile" / name).read_bytes() for name in names]
    again = [b"Received: from a.example by b.example; Mon, 4 May 2026 08:00:00 +0000\r\n" + raw for raw in raws]
    _run(store, raws + again)
    with store.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == len(raws)
        assert session.scalar(select(func.count()).select_from(Conversation)) == len(raws)
