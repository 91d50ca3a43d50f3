"""Connects to PostgreSQL and is the one place that commits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import orjson
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

APP_ROLE = "smokewatch_app"
"""The role all work is done in: it may add audit rows but not change or delete them (see audit.sql)."""

_LOSE_SOME = "-c synchronous_commit=off"


def driver_url(url: str) -> str:
    """The URL as SQLAlchemy needs it to take our driver."""
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def connect(url: str, *, role: str | None = APP_ROLE, schema: str | None = None, durable: bool = True) -> Engine:
    """An engine whose sessions work as `role` in UTC; nothing is opened before the first use.

    `synchronous_commit` stays as the server has it (on): raw mail and notices must survive a power cut. Only what may
    be lost with the machine (a scratch schema) is not `durable`.
    """
    options = ["-c timezone=UTC", f"-c search_path={schema}" if schema else "", "" if durable else _LOSE_SOME]
    engine = create_engine(
        driver_url(url),
        pool_pre_ping=durable,
        pool_size=5,
        hide_parameters=True,  # an error's text must not quote a mail
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,  # readings of long threads are read again with every mail: five times faster
        connect_args={"options": " ".join(filter(None, options))},
    )

    if role is not None:

        @event.listens_for(engine, "connect")
        def set_role(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
            cursor = connection.cursor()
            cursor.execute(f"SET ROLE {role}")
            cursor.close()
            connection.commit()

    return engine


class Store:
    """Hands out transactions. Everything below works on a session and never commits by itself."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction: committed when the block ends well, rolled back when it raises."""
        with self._sessions() as session, session.begin():
            yield session
        for action in session.info.pop("after_commit", ()):
            action()


def after_commit(session: Session, action: Callable[[], None]) -> None:
    """Run `action` once the transaction is safe; a rolled-back transaction forgets it.

    Queue messages are sent this way only: a worker must never be told of a row it cannot see yet.
    """
    session.info.setdefault("after_commit", []).append(action)
