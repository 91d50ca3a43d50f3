"""Lives the last days of a mailbox through at their true dates, tells nobody, and sends one summary at the end."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from config.settings import Mailbox
from config.words import NoticeKind, NoticeState, RawState, Role
from ingest.imap import open_imap
from ingest.lately import keep_since
from ingest.lease import Heartbeat, Held, Lessee
from ingest.process import process_batch
from ingest.reconcile import DAYS
from ingest.take import Desk
from smokewatch.bootstrap import App, token_source
from smokewatch.replay.clock import Clock
from store.mail import RawMail
from store.notices import NoticeDraft, post_notice
from store.outbox import Notice
from store.people import Person
from store.roster import Rung
from workflow.errors import WorkflowError
from workflow.queries import Row, list_escalations
from workflow.sweep import PARTS

LEAST_DAYS = DAYS + 1
"""Reconciliation compares this many days with the server; what it found older would be judged as if it came now."""

MOST_LINES = 30
"""Escalations named in one summary."""

_HELD_BACK = "told in the summary of the backfill"


class BusyError(WorkflowError):
    """Somebody else reads the mailbox at this moment."""


@dataclass(frozen=True)
class Waiting:
    """One kept mail that is not processed yet."""

    at: datetime
    raw_id: int


@dataclass(frozen=True)
class Done:
    """What a backfill brought: mails kept, mails processed, escalations that are open now, people told."""

    kept: int
    processed: int
    escalations: int
    told: int


def fetch(app: App, box: Mailbox, days: int, now: datetime) -> int:
    """Keep the last days of every folder of the mailbox; how many mails are new.

    Raises:
        BusyError: a running program reads the mailbox.
        IntakeError: the server cannot be reached, or did not play along.

    """
    desk = Desk(app.store, box, lambda _ids: None, app.settings.limits)
    lessee = Lessee(box.name, f"backfill:{secrets.token_hex(4)}", desk.timing.lease)
    since = (now - timedelta(days=max(days, LEAST_DAYS))).date()
    with Heartbeat(app.store, lessee):
        try:
            held = _acquire(app, lessee, box)
            tokens = token_source(box)
            token = tokens.token(now) if tokens else ""
            imap = open_imap(box, tokens, desk.timing, app.settings.limits.mail_bytes * 2, token)
            try:
                return sum(keep_since(desk, imap, each, since, now) for each in held)
            finally:
                imap.close(politely=True)
        finally:
            with app.store.transaction() as session:
                lessee.release(session)


def live_through(app: App, now: datetime, progress: Callable[[int], None]) -> int:
    """Process every mail that waits at its own time, and what time brings in between, up to `now`; how many mails."""
    quiet = app.silenced()
    with app.store.transaction() as session:
        rows = select(RawMail.received_at, RawMail.id).where(RawMail.state == RawState.KEPT)
        waiting = [Waiting(at, key) for at, key in session.execute(rows.order_by(RawMail.received_at, RawMail.id))]

    def take(mail: Waiting) -> int:
        process_batch(quiet.store, [mail.raw_id], quiet.ingest, mail.at)
        return mail.raw_id

    for _event in Clock(quiet.store, quiet.workflow, waiting, take, now, progress).run():
        pass
    return len(waiting)


def summarise(session: Session, app: App, days: int, mails: int, now: datetime) -> tuple[int, int]:
    """Hold back what would be told now, and post one summary to each admin and manager; (escalations, people)."""
    _hold_back(session, app, now)
    people = select(Person).where(Person.active, Person.role.in_([Role.ADMIN, Role.MANAGER])).order_by(Person.id)
    told = 0
    for person in session.scalars(people).all():
        rows = list_escalations(session, person)
        draft = NoticeDraft(
            kind=NoticeKind.ADMIN,
            person_id=person.id,
            event=f"backfill:{now:%Y%m%d%H%M%S}",
            why="you are an admin or manage people here",
            at=now,
            facts={"headline": _headline(days, mails, len(rows)), "lines": list(_lines(rows)), "todo": _todo(rows)},
        )
        told += post_notice(session, draft, mail_domain=app.settings.outgoing.domain) is not None
    return len(list_escalations(session, None)), told


def _acquire(app: App, lessee: Lessee, box: Mailbox) -> list[Held]:
    with app.store.transaction() as session:
        held = lessee.acquire(session, box.folders)
    if len(held) < len(box.folders):
        raise BusyError(
            f"Mailbox {box.name} is being read at this moment: stop `smokewatch up` or `smokewatch poll`, wait "
            f"{round(lessee.seconds)} s, and run this again. A backfill comes before the first start."
        )
    return held


def _hold_back(session: Session, app: App, now: datetime) -> None:
    """What waits too long already stands in the summary: each such notice is made and marked as told at once."""
    top = session.scalar(select(func.coalesce(func.max(Notice.id), 0)))
    for part in PARTS:
        part(session, app.workflow, now)
    held = update(Notice).where(Notice.id > top, Notice.state == NoticeState.WAITING)
    session.execute(held.values(state=NoticeState.DROPPED, last_error=_HELD_BACK))
    # The summary asks for an answer to all of it at once: no ladder climbs for what lies long behind.
    session.execute(update(Rung).where(Rung.ended_at.is_(None)).values(ended_at=now, ended_why=_HELD_BACK))


def _headline(days: int, mails: int, escalations: int) -> str:
    return f"The last {days} days were read ({mails} mails): {escalations or 'no'} escalations are open."


def _lines(rows: list[Row]) -> Iterator[str]:
    for row in rows[:MOST_LINES]:
        yield f"{row.number} {row.risk}, {row.account or 'no account'}: {row.title} (owner: {row.owner or 'nobody'})"
    if len(rows) > MOST_LINES:
        yield f"and {len(rows) - MOST_LINES} more: smokewatch list"


def _todo(rows: list[Row]) -> str:
    return "Look at each: smokewatch explain " + rows[0].number if rows else "Nothing: Smokewatch is ready to start."
