"""Measures what the size of the store costs: the same mails into a small and a large store, batch by batch in turn.

    python -m bench.size [CONVERSATIONS] [--stored 10000 1000000]

Taking turns, both stores meet the same load of the machine, so that the ratio holds on a busy one too. The stored
messages are made by SQL (`bench.pipeline.FILL`); a million takes a minute.
"""

import argparse
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from sqlalchemy import Engine, event

from bench.corpus import mails
from bench.engine import add_people, context, database
from bench.pipeline import NOW, batches, fill, keep_all
from ingest.process import process_batch
from smokewatch.memory import freeze
from store.database import Store
from workflow.sweep import sweep_once

WARM = 4
"""Batches that are not counted."""

SHOWN = 8
"""Statements that are listed."""

WORDS = 90
"""Characters of a statement that are shown."""


@dataclass
class Side:
    """A store of one size, with the seconds of its batches and of each of its statements."""

    stored: int
    store: Store
    ids: list[int]
    batches: list[float] = field(default_factory=list)
    statements: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def take(self, batch: list[int]) -> None:
        """Take in one batch and judge what it touched."""
        ctx = context()
        began = time.perf_counter()
        process_batch(self.store, batch, ctx, NOW)
        while sweep_once(self.store, ctx.workflow, NOW):
            pass
        self.batches.append(time.perf_counter() - began)


def listen(engine: Engine, statements: dict[str, list[float]]) -> None:
    """Note the seconds of every statement."""

    def before(connection: Any, *_: object) -> None:
        connection.info["began"] = time.perf_counter()

    def after(connection: Any, _cursor: object, statement: str, *_: object) -> None:
        statements[" ".join(statement.split())].append(time.perf_counter() - connection.info["began"])

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)


def side(stack: ExitStack, stored: int, corpus: list[bytes]) -> Side:
    """A server of its own with so many messages, and the mails kept in it."""
    url = stack.enter_context(database())
    store = add_people(url)
    stack.callback(store.engine.dispose)
    fill(url, stored)
    made = Side(stored, store, keep_all(store, corpus))
    listen(store.engine, made.statements)
    return made


def grown(small: Side, large: Side) -> list[tuple[float, str]]:
    """Milliseconds that each statement takes longer for a mail in the large store, the most first."""
    mails = len(large.ids)
    more = [
        (1000 * (sum(seconds) - sum(small.statements.get(statement, []))) / mails, statement)
        for statement, seconds in large.statements.items()
    ]
    return sorted(more, reverse=True)[:SHOWN]


def main() -> None:
    """Print the milliseconds of a mail in each store, their ratio, and the statements that grew most."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("conversations", type=int, nargs="?", default=400)
    arguments.add_argument("--stored", type=int, nargs=2, default=[10_000, 1_000_000])
    given = arguments.parse_args()
    corpus = list(mails(given.conversations))
    freeze()
    with ExitStack() as stack:
        small, large = (side(stack, stored, corpus) for stored in given.stored)
        for number, pair in enumerate(zip(batches(small.ids), batches(large.ids), strict=True)):
            if number == WARM:
                for each in (small, large):
                    each.batches.clear()
                    each.statements.clear()
            for each, batch in zip((small, large), pair, strict=True):
                each.take(batch)
    show(small, large)


def show(small: Side, large: Side) -> None:
    """Print the table."""
    print(f"{'messages stored':>16}{'ms a mail':>12}{'mails/s':>10}")
    ms = {each.stored: 1000 * median(each.batches) / len(next(batches(each.ids))) for each in (small, large)}
    for stored, each in ms.items():
        print(f"{stored:16,}{each:12.2f}{1000 / each:10,.0f}")
    print(f"throughput with the large store: {ms[small.stored] / ms[large.stored]:.2f} of the small one's")
    print("\nms more a mail, by statement")
    for more, statement in grown(small, large):
        print(f"{more:8.3f}  {statement[:WORDS]}")


if __name__ == "__main__":
    main()
