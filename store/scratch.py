"""Lends a schema beside the real one, for replays; it goes afterwards, or at the next start after a crash."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, NullPool, create_engine, text

from store.database import Store, connect, driver_url
from store.migrate import migrate

PREFIX = "smokewatch_scratch_"
"""Schemas of this name belong to no installation and may go when nobody holds their lock."""

_LOCK_CLASS = 0x53435241
"""Keeps our advisory locks apart from others'; the second key is the hash of the schema's name."""


@contextmanager
def scratch(url: str) -> Iterator[Store]:
    """A store on an empty, migrated schema in the database of `url`.

    Nothing else reads it, so its commits need not survive a power cut.

    Raises:
        sqlalchemy.exc.DBAPIError: the database cannot be reached, or its user may make no schema in it.

    """
    keeper = create_engine(driver_url(url), poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
    with keeper.connect() as connection:
        sweep_up(connection)
        name = PREFIX + secrets.token_hex(6)
        _try_lock(connection, name)  # held as long as this connection lives, so that others see the owner does
        connection.execute(text(f"CREATE SCHEMA {name}"))
        engine: Engine | None = None
        try:
            migrate(url, schema=name)
            engine = connect(url, schema=name, durable=False)
            yield Store(engine)
        finally:
            if engine is not None:
                engine.dispose()
            _drop(connection, name)


def sweep_up(connection: Connection) -> list[str]:
    """Drop the schemas of replays that died; their names. A living one's lock is taken, so it is left alone."""
    found = connection.scalars(
        text("SELECT nspname::text FROM pg_namespace WHERE starts_with(nspname::text, :prefix) ORDER BY 1"),
        {"prefix": PREFIX},
    ).all()
    dead = [name for name in found if _try_lock(connection, name)]
    for name in dead:
        _drop(connection, name)
    return dead


def _try_lock(connection: Connection, name: str) -> bool:
    given = {"kind": _LOCK_CLASS, "name": name}
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:kind, hashtext(:name))"), given))


def _drop(connection: Connection, name: str) -> None:
    connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    connection.execute(text("SELECT pg_advisory_unlock(:kind, hashtext(:name))"), {"kind": _LOCK_CLASS, "name": name})
