"""Makes sure of what search needs beside plain PostgreSQL: pg_trgm, which comes with every server."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

NAME = "pg_trgm"
_WHERE = text(
    "SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
    "WHERE e.extname = :name"
)


class ExtensionMissingError(Exception):
    """The database has no pg_trgm and its user may not add it; the text says what an admin must run."""


def trigrams(connection: Connection) -> str:
    """The operator class of indexes on trigrams, with its schema: a replay's schema does not look into others.

    Raises:
        ExtensionMissingError: the extension is not there and cannot be added.

    """
    schema = connection.scalar(_WHERE, {"name": NAME})
    if schema is None:
        _add(connection)
        schema = connection.scalar(_WHERE, {"name": NAME})
    return f"{schema}.gin_trgm_ops"


def _add(connection: Connection) -> None:
    """Add the extension beside our tables; the user of the database may, when it may create schemas in it."""
    try:
        with connection.begin_nested():
            connection.execute(text(f"CREATE EXTENSION {NAME} SCHEMA public"))
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0] if error.orig else "no reason given"
        database, user = connection.execute(text("SELECT current_database(), current_user")).one()
        raise ExtensionMissingError(
            f"Search needs PostgreSQL's extension {NAME}, and the database refused to add it as {user}: {reason}. "
            f"Let an admin of the server run this in the database {database}, then start again: "
            f"CREATE EXTENSION {NAME} SCHEMA public;"
        ) from error
