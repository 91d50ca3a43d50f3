"""The look for older mail: what counts, and that it stays quick however much was read before."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from store.backlog import BEHIND, PATIENCE, is_behind
from store.mail import RawMail


def keep(session: Session, received_at: datetime, now: datetime, count: int = 1, state: str = "kept") -> list[int]:
    rows = [
        {
            "sha256": hashlib.sha256(f"{state}{n}".encode()).digest(),
            "body": b"x",
            "size": 1,
            "received_at": received_at,
            "kept_at": now,
            "state": state,
        }
        for n in range(count)
    ]
    return list(session.scalars(insert(RawMail).returning(RawMail.id), rows))


def test_older_mail_that_waits_is_seen_and_the_batch_itself_is_not(session: Session, now: datetime) -> None:
    ids = keep(session, now - 2 * BEHIND, now)
    assert is_behind(session, now)
    assert not is_behind(session, now, ids)


def test_fresh_mail_and_mail_kept_too_long_ago_hold_nothing_back(session: Session, now: datetime) -> None:
    keep(session, now, now)
    assert not is_behind(session, now)
    keep(session, now - 2 * PATIENCE, now - timedelta(hours=1, seconds=1), state="parsed")
    assert not is_behind(session, now)


def test_mail_that_was_read_is_never_looked_at(session: Session, now: datetime) -> None:
    """A prepared statement is planned for any state; the table's size must not count then either."""
    session.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
    keep(session, now - 2 * BEHIND, now, count=2000, state="parsed")
    session.execute(text("ANALYZE raw_mail"))
    reads = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'raw_mail'"
    before = session.scalar(text(reads))
    for _ in range(8):
        is_behind(session, now)
    assert session.scalar(text(reads)) == before
