"""Brings a database to the newest schema."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from config.killpoint import killpoint
from store.base import Base
from store.database import APP_ROLE, connect

LOCK = 0x534D4F4B45
"""Advisory lock of a migration: of several processes that start at once, one migrates and the others wait."""


def migrate(url: str, *, schema: str | None = None) -> None:
    """Create or upgrade all tables, as the owner that `url` logs in as. Safe to run again, and at the same time."""
    import store  # noqa: F401, PLC0415 - registers every table

    engine = connect(url, role=None, schema=schema)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            if _has_revisions():
                command.upgrade(configuration(connection), "head")
            elif not inspect(connection).has_table("audit", schema=schema):
                Base.metadata.create_all(connection)
                for name in ("audit.sql", "locks.sql"):
                    connection.execute(text(files("store").joinpath(name).read_text(encoding="utf-8")))
            killpoint("K29")
            _grant(connection, schema or "public")
    finally:
        engine.dispose()


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(files("store").joinpath("migrations")))
    config.attributes["connection"] = connection
    return config


def _has_revisions() -> bool:
    return ScriptDirectory.from_config(configuration()).get_current_head() is not None


def _grant(connection: Connection, schema: str) -> None:
    """Give the application's role what it needs and no more: audit rows and closeouts can be added, never changed."""
    connection.execute(
        text(
            f"DO $$ BEGIN CREATE ROLE {APP_ROLE} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
            f"GRANT {APP_ROLE} TO CURRENT_USER;"
            f"GRANT USAGE ON SCHEMA {schema} TO {APP_ROLE};"
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {APP_ROLE};"
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {APP_ROLE};"
            f"REVOKE UPDATE, DELETE, TRUNCATE ON audit FROM {APP_ROLE};"
            f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_head FROM {APP_ROLE};"
            f"REVOKE UPDATE, DELETE, TRUNCATE ON closeout FROM {APP_ROLE};"
        )
    )
