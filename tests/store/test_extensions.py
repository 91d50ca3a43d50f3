"""A database that lacks pg_trgm and will not take it is named, with what an admin must run."""

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from store.database import Store
from store.extensions import ExtensionMissingError, trigrams


@pytest.fixture
def poor(store: Store) -> Engine:
    """The test's own database without the extension, as a user who may add none."""
    owner = create_engine(store.engine.url)
    with owner.begin() as connection:
        connection.execute(text("DROP EXTENSION pg_trgm CASCADE"))
        connection.execute(text("DROP ROLE IF EXISTS poor"))
        connection.execute(text("CREATE ROLE poor LOGIN"))
    owner.dispose()
    return create_engine(make_url(store.engine.url).set(username="poor"))


def test_a_refusal_says_what_to_run(poor: Engine) -> None:
    with pytest.raises(ExtensionMissingError) as missing, poor.begin() as connection:
        trigrams(connection)
    poor.dispose()
    said = str(missing.value)
    assert "refused to add it as poor: permission denied to create extension" in said
    assert "CREATE EXTENSION pg_trgm SCHEMA public;" in said


def test_one_that_stands_elsewhere_is_used_where_it_is(store: Store) -> None:
    owner = create_engine(store.engine.url)
    with owner.begin() as connection:
        connection.execute(text("CREATE SCHEMA extra; ALTER EXTENSION pg_trgm SET SCHEMA extra"))
        assert trigrams(connection) == "extra.gin_trgm_ops"
    owner.dispose()
