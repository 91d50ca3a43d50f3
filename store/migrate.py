"""Brings a database to the newest schema."""

from importlib.resources import files

from sqlalchemy import text

from store.base import Base
from store.database import APP_ROLE, connect


def migrate(url: str, *, schema: str | None = None) -> None:
    """Create or upgrade all tables, as the owner that `url` logs in as. Safe to run again."""
    import store  # noqa: F401, PLC0415 - registers every table

    engine = connect(url, role=None, schema=schema)
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        connection.execute(text(files("store").joinpath("audit.sql").read_text()))
        connection.execute(
            text(
                f"DO $$ BEGIN CREATE ROLE {APP_ROLE} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
                f"GRANT {APP_ROLE} TO CURRENT_USER;"
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema or 'public'} TO {APP_ROLE};"
                f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema or 'public'} TO {APP_ROLE};"
                f"REVOKE UPDATE, DELETE, TRUNCATE ON audit FROM {APP_ROLE};"
                f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_head FROM {APP_ROLE};"
            )
        )
    engine.dispose()
