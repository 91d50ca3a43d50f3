"""Joins two stored conversations into one, with an audit row."""

from datetime import datetime

from sqlalchemy import BigInteger, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.words import Channel
from ingest.thread import Merge
from store import audit
from store.mail import Conversation, Message, Sighting, ThreadNode
from store.risk import FindingRow, Promise


def merge_conversations(session: Session, merge: Merge, now: datetime) -> int | None:
    """Move everything of the source into the target; the target's id, or None when there was nothing to do.

    A target without an escalation takes over the source's. When both have one, the source's stays as it is,
    without a conversation: only a person may merge two records (`merge ESC-7`).
    """
    locked = (
        select(Conversation)
        .where(Conversation.id.in_([merge.source, merge.target]))
        .order_by(Conversation.id)
        .with_for_update(key_share=True)
    )
    rows = {c.id: c for c in session.scalars(locked.execution_options(populate_existing=True))}
    source, target = rows.get(merge.source), rows.get(merge.target)
    if source is None or target is None or source is target or source.merged_into or target.merged_into:
        return None
    for table in (Message, ThreadNode, Promise):
        move = update(table).where(table.conversation_id == source.id).values(conversation_id=target.id)
        session.execute(move)
    _move_sightings(session, source, target)
    ended = update(FindingRow).where(FindingRow.conversation_id == source.id, FindingRow.ended_at.is_(None))
    session.execute(ended.values(ended_at=now))
    source.merged_into, source.next_review_at = target.id, None
    target.first_at = min(target.first_at, source.first_at)
    target.last_at = max(target.last_at, source.last_at)
    target.account_id = target.account_id or source.account_id
    target.escalation_id = target.escalation_id or source.escalation_id
    source.escalation_id = None
    stream = f"ESC-{target.escalation_id}" if target.escalation_id else audit.SYSTEM
    why = f"mail {merge.raw_id} refers to both"
    change = audit.Change(
        stream, now, "smokewatch", Channel.SYSTEM, "conversations merged", str(source.id), str(target.id), why
    )
    audit.record(session, change)
    return target.id


def _move_sightings(session: Session, source: Conversation, target: Conversation) -> None:
    old = select(
        literal(target.id, BigInteger),
        Sighting.address,
        Sighting.account_id,
        Sighting.first_at,
        Sighting.last_at,
    ).where(Sighting.conversation_id == source.id)
    moved = insert(Sighting).from_select(["conversation_id", "address", "account_id", "first_at", "last_at"], old)
    session.execute(
        moved.on_conflict_do_update(
            index_elements=["conversation_id", "address"],
            set_={
                "first_at": func.least(Sighting.first_at, moved.excluded.first_at),
                "last_at": func.greatest(Sighting.last_at, moved.excluded.last_at),
            },
        )
    )
    session.execute(delete(Sighting).where(Sighting.conversation_id == source.id))
