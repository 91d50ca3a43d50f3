"""Measures mails per second from raw bytes to committed findings, stage by stage, against a bare floor.

Usage: python -m bench.pipeline [CONVERSATIONS] [--stored N]
"""

import argparse
import hashlib
import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import mailparser
import psycopg
from sqlalchemy import insert, select

from bench.corpus import START, mails
from bench.engine import add_people, context, database
from config.words import Direction
from ingest.process import process_batch
from ingest.read import read_mail
from signals.calendar import Calendar
from signals.reader import read_message
from smokewatch.memory import freeze
from store.database import Store, connect
from store.mail import RawMail
from workflow.sweep import sweep_once

BATCH = 50
THREADS = 2
"""What `smokewatch worker` has without being told: one waits for the database while the other reads."""
WARM = 500
"""Mails of each process that are not counted: RE2 makes its automata, and the database its plans, first."""

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def rate(work: Callable[[], Any], count: int) -> float:
    """Items a second of one run of `work`."""
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def keep_all(store: Store, corpus: list[bytes]) -> list[int]:
    """Store the raw mails the way the poller does; returns their ids."""
    ids: list[int] = []
    for start in range(0, len(corpus), BATCH):
        rows = [
            {
                "sha256": hashlib.sha256(raw).digest(),
                "body": raw,
                "size": len(raw),
                "received_at": START + timedelta(days=60),
                "kept_at": NOW,
            }
            for raw in corpus[start : start + BATCH]
        ]
        with store.transaction() as session:
            ids += session.execute(insert(RawMail).returning(RawMail.id, sort_by_parameter_order=True), rows).scalars()
    return ids


def batches(ids: list[int]) -> Iterator[list[int]]:
    """The ids in the sizes that the queue hands over."""
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]


@cache
def _store(url: str) -> Store:
    """One store for the life of a process, as a worker has it: its statements are compiled once."""
    return Store(connect(url))


def work(url: str, ids: list[int]) -> None:
    """Process the mails, as one worker process with its threads does."""
    store = _store(url)
    ctx = context()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda batch: process_batch(store, batch, ctx, NOW), list(batches(ids))))


def processes(url: str, ids: list[int], count: int) -> float:
    """Mails a second of `count` worker processes that share the batches and are warm already."""
    parts = [[i for batch in list(batches(ids))[n::count] for i in batch] for n in range(count)]
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(count, initializer=freeze) as pool:
        pool.starmap(work, [(url, part[:WARM]) for part in parts], chunksize=1)
        rest = [(url, part[WARM:]) for part in parts]

        def whole() -> None:
            pool.starmap(work, rest, chunksize=1)
            pool.map(settle, [url] * count, chunksize=1)  # a backlog is judged when it is read whole

        return rate(whole, sum(len(part) for _, part in rest))


def settle(url: str) -> None:
    """Judge what waits for its judgement, as the sweep does."""
    ctx = context().workflow
    while sweep_once(_store(url), ctx, NOW):
        pass


def floor(url: str, corpus: list[bytes]) -> None:
    """The least any system must do: mail-parser, References by SQL, COPY; no accounts, rules or record."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS floor (mid text, root text, subject text, body text)")
        connection.execute("CREATE INDEX IF NOT EXISTS floor_mid ON floor (mid)")
        for start in range(0, len(corpus), BATCH):
            rows = []
            for raw in corpus[start : start + BATCH]:
                mail = mailparser.parse_from_bytes(raw)
                references = str(mail.headers.get("References", "")).split()
                rows.append(
                    (mail.message_id, references[0] if references else mail.message_id, mail.subject, mail.body)
                )
            wanted = [row[1] for row in rows]
            connection.execute("SELECT mid, root FROM floor WHERE mid = ANY(%s)", (wanted,)).fetchall()
            with connection.cursor().copy("COPY floor FROM STDIN") as copy:
                for row in rows:
                    copy.write_row([str(field).replace("\0", "") for field in row])
            connection.commit()


def stages(corpus: list[bytes]) -> Iterator[tuple[str, float]]:
    """The parts that need no database."""
    limits = context().settings.limits
    yield "mail-parser alone", rate(lambda: [mailparser.parse_from_bytes(raw) for raw in corpus], len(corpus))
    yield (
        "reading a mail (gate, parser, text, new text)",
        rate(lambda: [read_mail(r, limits) for r in corpus], len(corpus)),
    )
    texts = [read_mail(raw, limits).new_text for raw in corpus]
    calendar = Calendar("Europe/Berlin")
    yield (
        "reading the signals of a text",
        rate(lambda: [read_message(t, Direction.IN, NOW, calendar) for t in texts], len(corpus)),
    )


def fill(url: str, count: int) -> None:
    """Put `count` messages of other accounts into the store by SQL, to see what size does."""
    with psycopg.connect(url) as connection:
        for statement in FILL.split(";"):
            if statement.strip():
                connection.execute(statement.replace("COUNT", str(count)))
        connection.commit()
        connection.autocommit = True
        connection.execute("ANALYZE")


FILL = """
INSERT INTO account (name, provisional, created_at)
  SELECT 'filler ' || n, false, '2026-01-01' FROM generate_series(1, COUNT / 500 + 1) n;
INSERT INTO conversation (account_id, subject, first_at, last_at)
  SELECT (SELECT min(id) FROM account WHERE name LIKE 'filler%') + n % (COUNT / 500 + 1), 'filler ' || n,
         '2026-01-01', '2026-01-02' FROM generate_series(1, COUNT / 5) n;
INSERT INTO raw_mail (sha256, body, size, received_at, kept_at, state)
  SELECT sha256(('raw' || n)::bytea), 'filler'::bytea, 6, '2026-01-01', '2026-01-01', 'parsed'
  FROM generate_series(1, COUNT) n;
INSERT INTO message (conversation_id, raw_mail_id, content_key, message_id, message_id_hash, kind, direction,
    from_address, from_name, to_addresses, cc_addresses, subject, sent_at, received_at, new_text, reading,
    reading_version)
  SELECT c.low + n % (COUNT / 5), r.low + n - 1, sha256(('key' || n)::bytea), '<f' || n || '@x>',
    sha256(('<f' || n || '@x>')::bytea), 'customer', 'in', 'f' || n % 1000 || '@filler.example', 'F', '{}', '{}',
    'filler', '2026-01-01', '2026-01-01', repeat('some text of a mail ', 40), '{}', '1'
  FROM generate_series(1, COUNT) n,
    (SELECT min(id) AS low FROM conversation WHERE subject LIKE 'filler%') c,
    (SELECT min(id) AS low FROM raw_mail WHERE body = 'filler'::bytea) r;
INSERT INTO thread_node (hash, conversation_id)
  SELECT message_id_hash, conversation_id FROM message WHERE subject = 'filler';
INSERT INTO delivery (folder_id, uidvalidity, uid, raw_mail_id, received_at)
  SELECT f.id, 1, row_number() OVER (), r.id, r.received_at FROM raw_mail r,
    (SELECT id FROM folder LIMIT 1) f WHERE r.body = 'filler'::bytea
"""


def whole(corpus: list[bytes], stored: int) -> Iterator[tuple[str, float]]:
    """The whole way with one and two processes, and the floor in the same run."""
    with database() as url:
        store = add_people(url)
        if stored:
            fill(url, stored)
        half = len(corpus) // 2
        yield "floor: mail-parser + COPY, one process", rate(lambda: floor(url, corpus[:half]), half)
        yield "keeping raw mails", rate(lambda: keep_all(store, corpus), len(corpus))
        with store.transaction() as session:
            ids = list(session.scalars(select(RawMail.id).where(RawMail.state == "kept").order_by(RawMail.id)))
        yield "kept to committed findings, one process", processes(url, ids[:half], 1)
        yield "the same, two processes", processes(url, ids[half:], 2)
        store.engine.dispose()


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("conversations", type=int, nargs="?", default=1200)
    arguments.add_argument("--stored", type=int, nargs="*", default=[0])
    given = arguments.parse_args()
    corpus = list(mails(given.conversations))
    base: dict[str, float] = {}
    print(f"{len(corpus):,} mails, {sum(map(len, corpus)) / len(corpus) / 1024:.1f} KB on average")
    show("stages", stages(corpus), base)
    for stored in given.stored:
        show(f"whole way, {stored:,} messages stored before", whole(corpus, stored), base)


def show(title: str, rows: Iterator[tuple[str, float]], base: dict[str, float]) -> None:
    """Print a table with the ratio to the first row of each name's first table."""
    print(f"\n{title}\n{'':52}{'mails/s':>10}{'ratio to first':>16}{'ratio to first run':>20}")
    first = 0.0
    for name, value in rows:
        first = first or value
        known = base.setdefault(name, value)
        print(f"{name:52}{value:10,.0f}{value / first:16.2f}{value / known:20.2f}")


if __name__ == "__main__":
    main()
