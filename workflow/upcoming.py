"""Tells when a sweep would next find something to do, for a clock that jumps there."""

from collections.abc import Callable, Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.mail import Conversation
from workflow.absence import absences_end_at
from workflow.context import Context
from workflow.dutywatch import duties_at
from workflow.ladder import ladder_at
from workflow.reminders import reminders_at
from workflow.shadow import lists_at
from workflow.unanswered import waits_until

SOURCES: tuple[Callable[[Session, Context, datetime], Iterator[datetime]], ...] = (
    waits_until, reminders_at, duties_at, lists_at, ladder_at, absences_end_at,
)  # fmt: skip
"""What the sweep tells beside reviews; asking is dear. Waits and reminders there are on escalations only."""


NEXT_REVIEW = select(func.min(Conversation.next_review_at)).where(Conversation.merged_into.is_(None)).scalar_subquery()
"""The earliest moment at which a conversation asks to be looked at, in UTC; it may have passed."""


def next_reminder(session: Session, ctx: Context, now: datetime) -> datetime | None:
    """The earliest moment after `now` at which somebody must be told of a wait or a promise, in UTC."""
    return min((at for source in SOURCES for at in source(session, ctx, now) if at > now), default=None)
