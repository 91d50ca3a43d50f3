"""The database itself keeps the audit: no temporary table of the caller's can stand in for its heads."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from config.words import Channel
from store import audit
from store.audit import Change
from tests.builders import START


def _write(session: Session) -> None:
    audit.record(session, Change("found", START, "a@us.example", Channel.CLI, "tried"))


def test_a_temporary_table_does_not_stand_in_for_the_heads(session: Session) -> None:
    _write(session)
    session.execute(text("CREATE TEMP TABLE audit_head (stream text PRIMARY KEY, seq bigint, hash bytea)"))
    session.execute(text("GRANT ALL ON pg_temp.audit_head TO PUBLIC"))
    _write(session)
    assert session.scalar(text("SELECT count(*) FROM pg_temp.audit_head")) == 0
    assert session.scalars(text("SELECT seq FROM audit WHERE stream = 'found' ORDER BY seq")).all() == [1, 2]


def test_every_function_with_the_owners_rights_says_where_it_looks(session: Session) -> None:
    loose = text(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = current_schema()::regnamespace"
        " AND NOT coalesce(array_to_string(proconfig, ',') LIKE 'search_path=%pg_temp', false)"
    )
    assert session.scalars(loose).all() == []


def test_an_error_of_the_database_quotes_no_parameter(session: Session) -> None:
    with pytest.raises(DBAPIError) as caught:
        session.execute(text("SELECT CAST(:body AS text), 1/0"), {"body": "the customer's words"})
    assert "customer" not in str(caught.value)
