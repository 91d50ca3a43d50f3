"""Finds what time alone changes, by query on due rows: any number of workers may sweep at once."""

import traceback
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import PurePath

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from store.backlog import is_behind
from store.database import Store
from store.mail import Conversation
from workflow.assess import assess
from workflow.context import Context
from workflow.reminders import watch_promises
from workflow.shadow import tell_shadows
from workflow.unanswered import tell_unanswered

log = structlog.get_logger()

BATCH = 50
"""Conversations evaluated in one transaction."""

AGAIN = timedelta(minutes=1)
"""A review that asks to be repeated at once would spin."""

AFTER_FAILURE = timedelta(hours=1)
"""A conversation that cannot be evaluated waits so long, out of the way of the others."""


def sweep_once(store: Store, ctx: Context, now: datetime) -> int:
    """Evaluate one batch of conversations whose time has come; how many there were.

    While older mail waits to be read nothing is judged: the answer may be in it.
    """
    with store.transaction() as session:
        if is_behind(session, now):
            return 0
        due = (
            select(Conversation.id)
            .where(Conversation.next_review_at <= now, Conversation.merged_into.is_(None))
            .order_by(Conversation.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True, key_share=True)
        )
        ids = list(session.scalars(due))
        if ids:
            _review(session, ids, ctx, now)
    with store.transaction() as session:
        tell_unanswered(session, ctx, now)
        watch_promises(session, ctx, now)
        tell_shadows(session, ctx, now)
    return len(ids)


def _review(session: Session, ids: Sequence[int], ctx: Context, now: datetime) -> None:
    """Evaluate the conversations; when that fails, each by itself, so that only the culprit is put off."""
    try:
        with session.begin_nested():
            assess(session, ids, ctx, now)
            session.flush()
            _put_off(session, ids, now, now + AGAIN)
    except (OperationalError, InterfaceError):
        # The database's trouble, or a deadlock: all of it is done again by the next sweep.
        raise
    except Exception as error:  # noqa: BLE001 - one conversation must not stop the clock of all others (P3)
        if len(ids) > 1:
            for each in ids:
                _review(session, [each], ctx, now)
            return
        # No traceback and no text: errors quote values, and those may be mail content.
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{PurePath(last.filename).name}:{last.lineno}"
        log.error("review_failed", conversation=ids[0], error=type(error).__name__, where=where)  # noqa: TRY400
        _put_off(session, ids, now, now + AFTER_FAILURE)


def _put_off(session: Session, ids: Sequence[int], now: datetime, until: datetime) -> None:
    """Move reviews that are still due to a later time."""
    still_due = update(Conversation).where(Conversation.id.in_(ids), Conversation.next_review_at <= now)
    session.execute(still_due.values(next_review_at=until))
