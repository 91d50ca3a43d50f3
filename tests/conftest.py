"""Real engines for all tests: one PostgreSQL per run, one database per worker, every test rolled back."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from smokewatch.engines.postgres import Postgres
from store.database import Store, connect
from store.migrate import migrate

SHARED = Path(__file__).parents[2] / "shared"
"""Test material beside the project; tests that use it skip where it is absent."""
KILLINGS = int(os.environ.get("SOAK", "3"))
"""How often each test that takes `killing` kills a process at its point."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Repeat what takes `killing`, which is the number of the repeat from 1."""
    if "killing" in metafunc.fixturenames:
        metafunc.parametrize("killing", range(1, KILLINGS + 1))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what kills, so that `make soak` finds it."""
    if "killing" in getattr(item, "fixturenames", ()):
        item.add_marker("kill")


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database in a PostgreSQL server of this run's own."""
    server = Postgres(tmp_path_factory.mktemp("pg"), durable=False)
    url = server.start()
    migrate(url)
    admin = create_engine(
        server.url("postgres").replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE template_smokewatch TEMPLATE smokewatch"))
    admin.dispose()
    yield url
    server.stop()


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine that works in the application's role."""
    engine = connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work is rolled back after the test, even what the code under test commits."""
    with engine.connect() as connection, connection.begin() as outer:
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            yield session
        outer.rollback()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store on a database of this test's own, for code that needs real commits or several connections."""
    name = f"t_{datetime.now(UTC):%H%M%S%f}"
    admin = create_engine(
        database_url.replace("postgresql://", "postgresql+psycopg://", 1), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template_smokewatch"))
    url = database_url.replace("/smokewatch?", f"/{name}?")
    store = Store(connect(url))
    yield store
    store.engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def shared() -> Path:
    """The folder of shared test material."""
    if not SHARED.is_dir():
        pytest.skip("the shared test material is not beside this checkout")
    return SHARED


@pytest.fixture
def now() -> datetime:
    """A Wednesday morning within business hours in Europe."""
    return datetime(2026, 5, 6, 8, 30, tzinfo=UTC)
