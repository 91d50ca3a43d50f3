"""The audit is append-only in the database itself, and any change to it is found (law 4)."""

from datetime import datetime

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from config.words import Channel
from store import audit
from store.database import Store


def _write(session: Session, now: datetime, count: int = 3, stream: str = "ESC-1") -> None:
    for n in range(count):
        audit.record(session, audit.Change(stream, now, "a@us.example", Channel.CLI, f"did {n}", reason="because|1:x"))


def test_untouched_chain_verifies(session: Session, now: datetime) -> None:
    _write(session, now)
    assert audit.verify(session) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "UPDATE audit_head SET seq = 0",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "DROP TABLE audit",
        "SET session_replication_role = replica",
    ],
)
def test_the_application_role_cannot_touch_it(session: Session, now: datetime, statement: str) -> None:
    _write(session, now)
    with pytest.raises(DBAPIError):
        session.execute(text(statement))


@pytest.mark.parametrize(
    ("tampering", "what"),
    [
        ("UPDATE audit SET reason = 'another' WHERE seq = 2", "changed"),
        ("DELETE FROM audit WHERE seq = 2", "missing"),
        ("DELETE FROM audit WHERE seq = 3", "cut off"),
        ("DELETE FROM audit_head", "head is missing"),
    ],
)
def test_a_superuser_who_tampers_is_found(store: Store, now: datetime, tampering: str, what: str) -> None:
    with store.transaction() as session:
        _write(session, now)
    owner = create_engine(store.engine.url)
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        connection.execute(text(tampering))
    owner.dispose()
    with store.transaction() as session:
        assert any(what in found.what for found in audit.verify(session))


def test_root_changes_with_every_row(session: Session, now: datetime) -> None:
    _write(session, now, 1)
    before = audit.root(session)
    _write(session, now, 1)
    assert audit.root(session) != before
