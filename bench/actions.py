"""Measures bulk changes of action items: a thousand of them on many escalations, in one transaction, on PostgreSQL.

    python -m bench.actions [ITEMS] [ESCALATIONS]

Times are the clock's, the commit included; the database is one of its own that waits for the disk, as in production.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from config.recordwords import TaskState
from config.words import Channel, Role
from smokewatch.engines.postgres import Postgres
from store.database import Store, connect
from store.migrate import migrate
from store.people import Person, Team
from store.record import Escalation
from store.tasks import ActionItem
from workflow.actionlist import Wanted, completion_rates, list_actions
from workflow.bulkactions import Bulk, change_many
from workflow.change import By

NOW = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)


def main() -> None:
    """Print the seconds of a bulk re-assignment, a bulk change of state, the list and the rates."""
    items, escalations = (int(each) for each in (*sys.argv[1:], "1000", "1000")[:2])
    with TemporaryDirectory() as folder:
        server = Postgres(Path(folder))
        url = server.start()
        try:
            migrate(url)
            _measure(Store(connect(url)), items, escalations)
        finally:
            server.stop()


def _measure(store: Store, items: int, escalations: int) -> None:
    admin, bob = _fill(store, items, escalations)
    by = By(admin, "ada@us.example", Channel.CLI, NOW, None, "us.example")
    for name, bulk, wanted in (
        ("re-assign", Bulk(assignee_id=bob), Wanted()),
        ("done", Bulk(state=TaskState.DONE), Wanted(assignee_id=bob)),
    ):
        started = perf_counter()
        with store.transaction() as session:
            changed = change_many(session, by, wanted, bulk)
        print(f"{name}: {changed.items} items on {changed.escalations} escalations, {perf_counter() - started:.2f} s")
    with store.transaction() as session:
        started = perf_counter()
        rows = list_actions(session, None, NOW, Wanted(states=tuple(TaskState)))
        print(f"list: {len(rows)} items, {perf_counter() - started:.3f} s")
        started = perf_counter()
        rates = completion_rates(session, None, NOW)
        print(f"rates: {len(rates)} lines, {perf_counter() - started:.3f} s")


def _fill(store: Store, items: int, escalations: int) -> tuple[int, int]:
    with store.transaction() as session:
        team = Team(name="support")
        session.add(team)
        session.flush()
        admin, bob = (
            Person(email=f"{name}@us.example", name=name, handle=name, role=role, team_id=team.id)
            for name, role in (("ada", Role.ADMIN), ("bob", Role.AGENT))
        )
        made = [
            Escalation(title="x", team_id=team.id, opened_at=NOW, opened_why="x", changed_at=NOW)
            for _ in range(escalations)
        ]
        session.add_all([admin, bob, *made])
        session.flush()
        session.add_all(
            ActionItem(
                escalation_id=made[n % escalations].id, n=1 + n // escalations, text="send the report",
                assignee_id=admin.id, due_at=NOW + timedelta(days=n % 30), source="hand", made_at=NOW, changed_at=NOW,
            )
            for n in range(items)
        )  # fmt: skip
        return admin.id, bob.id


if __name__ == "__main__":
    main()
