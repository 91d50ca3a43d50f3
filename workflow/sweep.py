"""Finds what time alone changes, by query on due rows: any number of workers may sweep at once."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from store.backlog import is_behind
from store.database import Store
from store.mail import Conversation
from store.setbacks import place_of
from workflow.absence import end_absences
from workflow.assess import assess
from workflow.context import Context
from workflow.dutywatch import keep_duties
from workflow.incidents import tell_incidents
from workflow.ladder import keep_ladder
from workflow.reminders import miss_promises, warn_of_promises
from workflow.shadow import tell_shadows
from workflow.unanswered import tell_unacknowledged, tell_unanswered

log = structlog.get_logger()

BATCH = 50
"""Conversations evaluated in one transaction."""

AGAIN = timedelta(minutes=1)
"""A review that asks to be repeated at once would spin."""

AFTER_FAILURE = timedelta(hours=1)
"""A conversation that cannot be evaluated waits so long, out of the way of the others."""


def sweep_once(store: Store, ctx: Context, now: datetime) -> int:
    """Evaluate one batch of conversations whose time has come, then tell what is due; how many there were.

    While older mail waits to be read nothing is judged: the answer may be in it.
    """
    reviewed = review_due(store, ctx, now)
    if reviewed is None:
        return 0
    tell_due(store, ctx, now)
    return reviewed


def review_due(store: Store, ctx: Context, now: datetime) -> int | None:
    """Evaluate one batch of conversations whose time has come; how many there were, None while older mail waits."""
    with store.transaction() as session:
        if is_behind(session, now):
            return None
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
    return len(ids)


PARTS: tuple[Callable[[Session, Context, datetime], object], ...] = (
    end_absences, keep_ladder, tell_unanswered, tell_unacknowledged, warn_of_promises, miss_promises, keep_duties,
    tell_shadows, tell_incidents,
)  # fmt: skip


def tell_due(store: Store, ctx: Context, now: datetime) -> None:
    """Tell people of waits and promises whose time has come, each part in a transaction of its own.

    One that fails as a whole is raised after the others had their turn.
    """
    failure: Exception | None = None
    for part in PARTS:
        try:
            with store.transaction() as session:
                part(session, ctx, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - it is raised below
            log.error("sweep_part_failed", part=part.__name__, error=place_of(error))  # noqa: TRY400
            failure = error
    if failure is not None:
        raise failure


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
        log.error("review_failed", conversation=ids[0], error=place_of(error))  # noqa: TRY400
        _put_off(session, ids, now, now + AFTER_FAILURE)


def _put_off(session: Session, ids: Sequence[int], now: datetime, until: datetime) -> None:
    """Move reviews that are still due to a later time."""
    still_due = update(Conversation).where(Conversation.id.in_(ids), Conversation.next_review_at <= now)
    session.execute(still_due.values(next_review_at=until))
