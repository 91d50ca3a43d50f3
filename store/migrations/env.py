"""Tells Alembic which connection and tables to work on; `store.migrate` hands the connection in."""

from alembic import context

import store  # noqa: F401 - registers every table
from store.base import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, compare_server_default=False
)
with context.begin_transaction():
    context.run_migrations()
