"""A real SMTP sink and a small company for the tests of outgoing mail."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import sessionmaker

from store.database import Store
from tests.alerts.scene import Scene, build_scene
from tests.alerts.sink import Sink, running_sink


class RolledBackStore(Store):
    """A store whose commits live in one outer transaction: a hundred times cheaper than a database per test."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection.engine)
        self._sessions = sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)


@pytest.fixture
def sink() -> Iterator[Sink]:
    """An SMTP server that files what it takes."""
    with running_sink() as sink:
        yield sink


@pytest.fixture
def scene(engine: Engine, now: datetime) -> Iterator[Scene]:
    """A company with one escalation; it is Wednesday, 10:30 in Berlin. Rolled back after the test."""
    with engine.connect() as connection, connection.begin() as outer:
        yield build_scene(RolledBackStore(connection), now)
        outer.rollback()


@pytest.fixture
def lasting_scene(store: Store, now: datetime) -> Scene:
    """The same company in a database of its own, for tests with several connections or processes."""
    return build_scene(store, now)
