"""Finds what time alone changes, by query on due rows: any number of workers may sweep at once."""

from datetime import datetime, timedelta

from sqlalchemy import select

from store.database import Store
from store.mail import Conversation
from workflow.assess import assess
from workflow.context import Context
from workflow.reminders import watch_promises
from workflow.unanswered import tell_unanswered

BATCH = 50
"""Conversations evaluated in one transaction."""


def sweep_once(store: Store, ctx: Context, now: datetime) -> int:
    """Evaluate one batch of conversations whose time has come; how many there were."""
    with store.transaction() as session:
        due = (
            select(Conversation.id)
            .where(Conversation.next_review_at <= now, Conversation.merged_into.is_(None))
            .order_by(Conversation.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True, key_share=True)
        )
        ids = list(session.scalars(due))
        if ids:
            assess(session, ids, ctx, now)
            for conversation in session.scalars(select(Conversation).where(Conversation.id.in_(ids))):
                _move_on(conversation, now)
        tell_unanswered(session, ctx, now)
        watch_promises(session, ctx, now)
    return len(ids)


def _move_on(conversation: Conversation, now: datetime) -> None:
    """A review that asks to be repeated at once would spin; the next look is a minute away at the earliest."""
    if conversation.next_review_at is not None and conversation.next_review_at <= now:
        conversation.next_review_at = now + timedelta(minutes=1)
