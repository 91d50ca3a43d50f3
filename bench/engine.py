"""A throw-away PostgreSQL for benchmarks, with a migrated database and people in it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.corpus import PEOPLE
from config.policy import load_policy
from config.settings import Mailbox, Outgoing, Settings
from ingest.context import IngestContext
from smokewatch.engines.postgres import Postgres
from store.database import Store, connect
from store.migrate import migrate
from store.people import Person, Team
from workflow.context import Context


@contextmanager
def database() -> Iterator[str]:
    """The URL of an empty, migrated database; gone afterwards."""
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        server = Postgres(Path(home) / "data")
        url = server.start()
        try:
            migrate(url)
            yield url
        finally:
            server.stop()


def context() -> IngestContext:
    """The settings of the benchmark's own company."""
    box = Mailbox(name="help", address="help@us.example", host="localhost", team="support")
    outgoing = Outgoing(
        from_address="smokewatch@alerts.us.example",
        reply_address="reply@alerts.us.example",
        bounce_address="bounce@alerts.us.example",
        escalation_address="escalate@alerts.us.example",
    )
    settings = Settings(our_domains=("us.example",), mailbox=(box,), outgoing=outgoing)
    return IngestContext(settings, Context(load_policy(), outgoing), "bench")


def add_people(url: str) -> Store:
    """One team with its agents and a manager."""
    store = Store(connect(url))
    with store.transaction() as session:
        team = Team(name="support", zone="Europe/Berlin", mailboxes=["help@us.example"])
        session.add(team)
        session.flush()
        boss = Person(email="boss@us.example", name="The Boss", handle="boss", role="manager", team_id=team.id)
        session.add(boss)
        session.flush()
        for n in range(PEOPLE):
            session.add(
                Person(
                    email=f"agent{n}@us.example",
                    name=f"Agent {n}",
                    handle=f"agent{n}",
                    role="agent",
                    team_id=team.id,
                    manager_id=boss.id,
                )
            )
    return store
