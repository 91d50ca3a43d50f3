"""Alembic's revisions of the schema; `store.migrate` runs them."""
