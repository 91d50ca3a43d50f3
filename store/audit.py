"""Writes audit rows, and proves that nobody changed them since."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from config.words import Channel
from store.record import Audit

SYSTEM = "system"
"""The stream of changes that belong to no escalation."""


@dataclass(frozen=True)
class Change:
    """One change to be written down. `actor` is an address of ours, or `smokewatch`."""

    stream: str
    at: datetime
    actor: str
    channel: Channel
    action: str
    from_value: str | None = None
    to_value: str | None = None
    reason: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def record(session: Session, change: Change) -> None:
    """Append one audit row in the caller's transaction; the database links it into its chain."""
    session.execute(insert(Audit).values(_row(change)))


def record_many(session: Session, changes: Sequence[Change]) -> None:
    """Append audit rows in their order, in few round trips."""
    if changes:
        session.execute(insert(Audit), [_row(change) for change in changes])


def _row(change: Change) -> dict[str, Any]:
    """The row as it is sent; what links it is written by the database."""
    return {
        **{k: getattr(change, k) for k in ("stream", "at", "actor", "action", "from_value", "to_value", "reason")},
        "channel": change.channel.value,
        "detail": json.dumps(change.detail, sort_keys=True, ensure_ascii=False, default=str),
        "seq": 0,
        "prev": b"",
        "hash": b"",
    }


@dataclass(frozen=True)
class Break:
    """A place where the chain does not hold."""

    stream: str
    seq: int
    what: str


_VERIFY = text("""
    WITH linked AS (
        SELECT *, lag(hash, 1, ''::bytea) OVER w AS expected_prev, row_number() OVER w AS expected_seq
        FROM audit WHERE CAST(:stream AS text) IS NULL OR stream = :stream
        WINDOW w AS (PARTITION BY stream ORDER BY seq)
    ), checked AS (
        SELECT stream, seq, CASE
            WHEN seq <> expected_seq THEN 'a row before this one is missing'
            WHEN prev <> expected_prev THEN 'the link to the row before does not hold'
            WHEN hash <> audit_hash(prev, audit_text(stream, seq, at, actor, channel, action,
                 from_value, to_value, reason, detail)) THEN 'the row was changed after it was written'
            END AS what
        FROM linked
    )
    SELECT stream, seq, what FROM checked WHERE what IS NOT NULL
    UNION ALL
    SELECT h.stream, h.seq, 'the end of the stream was cut off'
    FROM audit_head h LEFT JOIN audit a ON a.stream = h.stream AND a.seq = h.seq
    WHERE a.hash IS DISTINCT FROM h.hash AND (CAST(:stream AS text) IS NULL OR h.stream = :stream)
    UNION ALL
    SELECT DISTINCT a.stream, 0::bigint, 'the stream''s head is missing'
    FROM audit a LEFT JOIN audit_head h USING (stream)
    WHERE h.stream IS NULL AND (CAST(:stream AS text) IS NULL OR stream = :stream)
    ORDER BY 1, 2
""")


def verify(session: Session, stream: str | None = None) -> list[Break]:
    """Every place where the audit, or one stream of it, was tampered with; empty when all chains hold."""
    return [Break(*row) for row in session.execute(_VERIFY, {"stream": stream})]


def root(session: Session) -> str:
    """One hash over all stream heads: mailed out daily, it lets an outsider prove a later rewrite."""
    found = session.scalar(
        text(
            "SELECT encode(sha256(coalesce(string_agg(stream || ':' || seq || ':' || encode(hash, 'hex'), '|'"
            " ORDER BY stream), '')::bytea), 'hex') FROM audit_head"
        )
    )
    return str(found)
