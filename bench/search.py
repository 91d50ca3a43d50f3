"""Measures search over stored mails: how long a mix of queries takes, as an admin and as one of a small team.

Usage: python -m bench.search [--mails 100000] [--rounds 3]
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from sqlalchemy import select, text

from bench.engine import database
from bench.searchmails import NOW, fill_tables
from config.settings import Limits
from ingest.searchable import fill_index
from store.database import Store, connect
from store.people import Person
from workflow.dates import When
from workflow.search import search
from workflow.searchwords import read_search

TARGET_MS = 200.0

QUERIES: tuple[tuple[str, str], ...] = (
    ("one word, rare", "kontrollbus7"),
    ("one word, usual", "outage"),
    ("one word, in most mails", "please"),
    ("stop word", "the"),
    ("two words", "invoice controller"),
    ("three words, frequent", "please update report"),
    ("other form of a word", "promises"),
    ("German", "Rechnungen fehlen"),
    ("French, without accents", "resolu probleme"),
    ("Spanish", "facturas pendientes"),
    ("phrase", '"next steps"'),
    ("phrase of frequent words", '"we have not"'),
    ("with a minus", "invoice -report"),
    ("a typing slip", "contoller"),
    ("two typing slips", "invioce contorller"),
    ("nothing there", "xylophonkonzert"),
    ("number", "PO-4711"),
    ("customer", "invoice account:customer-17"),
    ("state and word", "outage state:open"),
    ("filters alone", "state:in_progress priority:high"),
    ("signal", "please signal:missed_promise"),
    ("days", "report after:2026-05-01 before:2026-05-10"),
    ("sender", "update from:ines"),
    ("owner", "please owner:nobody"),
)


def main() -> None:
    """Make the mails, index them, ask, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with database() as url:
        store = Store(connect(url))
        began = time.perf_counter()
        fill_tables(url, given.mails)
        print(f"{given.mails} mails made in {time.perf_counter() - began:.0f} s")
        began = time.perf_counter()
        while fill_index(store, Limits(), NOW):
            pass
        seconds = time.perf_counter() - began
        print(f"indexed in {seconds:.0f} s, {given.mails / seconds:.0f} mails a second")
        _settle(url)
        print(_sizes(store))
        print(table(ask(store, given.rounds)))
        store.engine.dispose()


@dataclass(frozen=True)
class Asking:
    """One query as one person: the milliseconds of each round, and how much it found."""

    what: str
    query: str
    admin: list[float]
    agent: list[float]
    found: str


def ask(store: Store, rounds: int) -> list[Asking]:
    """Every query, as an admin and as an agent of one team."""
    with store.transaction() as session:
        people = {person.handle: person for person in session.scalars(select(Person))}
    asked = []
    for what, query in QUERIES:
        times: dict[str, list[float]] = {"ada": [], "agent0": []}
        shown = ""
        for person in [people[name] for name in times] * rounds:
            began = time.perf_counter()
            with store.transaction() as session:
                found = search(session, person, read_search(query, When(NOW)), NOW)
            times[person.handle].append((time.perf_counter() - began) * 1000)
            if person.handle == "ada":
                shown = f"{'over ' if found.more else ''}{found.total}"
        asked.append(Asking(what, query, times["ada"], times["agent0"], shown))
    return asked


def table(asked: Sequence[Asking]) -> str:
    """Markdown, with the median over all queries."""
    lines = ["| query | | found | admin, ms | agent, ms |", "|---|---|---|---|---|"]
    for each in asked:
        admin, agent = statistics.median(each.admin), statistics.median(each.agent)
        lines.append(f"| {each.what} | `{each.query}` | {each.found} | {admin:.0f} | {agent:.0f} |")
    every = sorted(ms for each in asked for ms in (*each.admin, *each.agent))
    median, p90 = statistics.median(every), every[int(len(every) * 0.9)]
    verdict = "within" if median <= TARGET_MS else "OVER"
    lines.append(
        f"\nmedian {median:.0f} ms, p90 {p90:.0f} ms, slowest {every[-1]:.0f} ms; {verdict} {TARGET_MS:.0f} ms"
    )
    return "\n".join(lines)


def _settle(url: str) -> None:
    """As an hour of autovacuum would leave it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _sizes(store: Store) -> str:
    with store.transaction() as session:
        shown = session.execute(
            text(
                "SELECT pg_size_pretty(pg_table_size('search_entry')), pg_size_pretty(pg_indexes_size('search_entry')),"
                " (SELECT count(*) FROM search_word), pg_size_pretty(pg_table_size('message'))"
            )
        ).one()
    return f"index: table {shown[0]}, indexes {shown[1]}, {shown[2]} words; messages {shown[3]}"


if __name__ == "__main__":
    main()
