"""Waits until everything that lies in the mailboxes was read, processed and told."""

import threading
import time
from datetime import datetime

from sqlalchemy import func, or_, select

from config.words import NoticeState, RawState
from smokewatch.bootstrap import App, utc_now
from store.mail import Conversation, Folder, RawMail
from store.outbox import Notice

LOOK_SECONDS = 0.2
STEADY = 3
"""Looks in a row that must find nothing waiting: one step hands over to the next in between."""


def wait_until_quiet(app: App, since: datetime, stopping: threading.Event, seconds: float) -> bool:
    """Wait; false when told to stop, or when it is not quiet after so many seconds."""
    deadline = time.monotonic() + seconds
    steady = 0
    while not stopping.is_set() and time.monotonic() < deadline:
        steady = steady + 1 if is_quiet(app, since, utc_now()) else 0
        if steady >= STEADY:
            return True
        stopping.wait(LOOK_SECONDS)
    return False


def is_quiet(app: App, since: datetime, now: datetime) -> bool:
    """Whether every folder was read since, and nothing is left to do at this moment."""
    folders = sum(len(box.folders) for box in app.settings.mailboxes)
    with app.store.transaction() as session:
        read = session.scalar(
            select(func.count()).where(or_(Folder.polled_at >= since, Folder.failing_since.is_not(None)))
        )
        left = (
            select(func.count()).where(RawMail.state == RawState.KEPT),
            select(func.count()).where(Conversation.next_review_at <= now, Conversation.merged_into.is_(None)),
            select(func.count()).where(Notice.state == NoticeState.WAITING, Notice.not_before <= now),
        )
        return (read or 0) >= folders and not any(session.scalar(query) for query in left)
