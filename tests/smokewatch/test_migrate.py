"""Migrations may run twice and at the same time, and make what the models say."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from store.base import Base
from store.database import Store
from store.migrate import configuration, migrate


def _url(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


def test_migrating_again_changes_nothing(store: Store) -> None:
    before = sorted(inspect(store.engine).get_table_names())
    migrate(_url(store))
    assert sorted(inspect(store.engine).get_table_names()) == before


def test_several_processes_may_migrate_at_once(store: Store) -> None:
    owner = create_engine(store.engine.url)
    with owner.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    owner.dispose()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [_url(store)] * 4))
    assert "audit" in inspect(store.engine).get_table_names()


def test_the_revisions_make_what_the_models_say(store: Store) -> None:
    if ScriptDirectory.from_config(configuration()).get_current_head() is None:
        pytest.skip("there is no revision yet; tables are made from the models")
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
