"""Keeps fetched mails: raw bytes, ledger rows and the moved cursor, all in the caller's one transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from config.killpoint import killpoint
from ingest.errors import Fenced
from ingest.fetch import Fetched


@dataclass(frozen=True)
class Place:
    """Where mails were seen. `epoch` fences the writer; None for who moves no cursor (import, reconciliation)."""

    folder_id: int
    uidvalidity: int
    epoch: int | None = None


# A poller frozen between this and its commit would hold the row for ever; the server ends such a transaction instead.
_MOVE = text("""
    UPDATE folder SET last_uid = greatest(last_uid, :cursor)
    WHERE id = :folder AND lease_epoch = :epoch AND uidvalidity = :uidvalidity
    RETURNING set_config('idle_in_transaction_session_timeout', '10s', true)
""")

_RAW = text("""
    INSERT INTO raw_mail (sha256, body, size, received_at, kept_at, truncated)
    SELECT sha256, body, size, received_at, :now, truncated FROM unnest(
        CAST(:hashes AS bytea[]), CAST(:bodies AS bytea[]), CAST(:sizes AS bigint[]),
        CAST(:received AS timestamptz[]), CAST(:truncated AS boolean[]))
        WITH ORDINALITY AS mail (sha256, body, size, received_at, truncated, place)
    ORDER BY place
    ON CONFLICT (sha256) DO NOTHING RETURNING id, sha256
""")

_KNOWN = text("SELECT sha256, id FROM raw_mail WHERE sha256 = ANY(CAST(:hashes AS bytea[]))")

_DELIVERY = text("""
    INSERT INTO delivery (folder_id, uidvalidity, uid, raw_mail_id, received_at, misses, problem)
    SELECT :folder, :uidvalidity, * FROM unnest(CAST(:uids AS bigint[]), CAST(:raw_ids AS bigint[]),
        CAST(:received AS timestamptz[]), CAST(:misses AS bigint[]), CAST(:problems AS text[]))
    ON CONFLICT (folder_id, uidvalidity, uid) DO UPDATE
        SET raw_mail_id = excluded.raw_mail_id, received_at = excluded.received_at,
            misses = excluded.misses, problem = excluded.problem
        WHERE delivery.raw_mail_id IS NULL
""")


def keep(session: Session, place: Place, fetched: Sequence[Fetched], cursor: int, now: datetime) -> list[int]:
    """Keep `fetched` and move the cursor up to `cursor`; the ids of the mails not known before, in order.

    A mail known by its bytes (another folder, a new UIDVALIDITY, a move out and back) gets a delivery, no second row.
    A UID that failed gets a delivery without mail, which a later success fills in. Raises `Fenced`.
    """
    if place.epoch is not None:
        _move_cursor(session, place, cursor)
    if not fetched:
        return []
    hashes = {f.uid: hashlib.sha256(f.raw).digest() for f in fetched if f.raw is not None}
    new = _keep_raw(session, fetched, hashes, now)
    ids = new | _known(session, set(hashes.values()) - new.keys())
    _keep_deliveries(session, place, fetched, {uid: ids[digest] for uid, digest in hashes.items()})
    killpoint("K5")
    return sorted(new.values())


def _move_cursor(session: Session, place: Place, cursor: int) -> None:
    """Move it first: the row lock and the epoch decide here, before anything is written, who holds the folder."""
    given = {"cursor": cursor, "folder": place.folder_id, "epoch": place.epoch, "uidvalidity": place.uidvalidity}
    if session.execute(_MOVE, given).one_or_none() is None:
        raise Fenced(f"folder {place.folder_id} was taken over by another poller; its mails are kept there")


def _keep_raw(
    session: Session, fetched: Sequence[Fetched], hashes: dict[int, bytes], now: datetime
) -> dict[bytes, int]:
    """Insert the bytes not known yet; id by SHA-256 of those that are new."""
    once = {hashes[f.uid]: f for f in reversed(fetched) if f.uid in hashes}
    mails = [(digest, f) for digest, f in reversed(once.items())]
    if not mails:
        return {}
    given = {
        "now": now,
        "hashes": [digest for digest, _ in mails],
        "bodies": [f.raw for _, f in mails],
        "sizes": [f.size for _, f in mails],
        "received": [f.received_at for _, f in mails],
        "truncated": [f.truncated for _, f in mails],
    }
    return {row.sha256: row.id for row in session.execute(_RAW, given)}


def _known(session: Session, hashes: set[bytes]) -> dict[bytes, int]:
    if not hashes:
        return {}
    return {row.sha256: row.id for row in session.execute(_KNOWN, {"hashes": list(hashes)})}


def _keep_deliveries(session: Session, place: Place, fetched: Sequence[Fetched], raw_ids: dict[int, int]) -> None:
    session.execute(
        _DELIVERY,
        {
            "folder": place.folder_id,
            "uidvalidity": place.uidvalidity,
            "uids": [f.uid for f in fetched],
            "raw_ids": [raw_ids.get(f.uid) for f in fetched],
            "received": [f.received_at for f in fetched],
            "misses": [f.misses for f in fetched],
            "problems": [f.problem.value if f.problem else None for f in fetched],
        },
    )
