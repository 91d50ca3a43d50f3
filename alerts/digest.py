"""Opens each manager's digest once per local day, and hands the alerts held back since the last one over to it."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from alerts.clockwork import digest_hour, local_day, zone_of
from alerts.context import AlertContext
from alerts.digestfacts import Window, gather
from config.killpoint import killpoint
from config.words import NoticeKind, NoticeState, Role
from store.notices import NoticeDraft, post_notice
from store.outbox import DigestWindow, Notice
from store.people import Person
from store.roster import Absence, away_at
from store.setbacks import one_by_one

FIRST_WINDOW = timedelta(days=1)
"""How far back a person's very first digest looks."""


_WHY = {
    Role.ADMIN: "you are an admin of this installation",
    Role.MANAGER: "you manage people here",
    Role.AGENT: "alerts to you were held back",
}


def open_due_digests(session: Session, ctx: AlertContext, now: datetime) -> int:
    """Open every digest whose local hour has come, and return how many mails that makes.

    A day with nothing to tell is marked as done without a mail. Safe to run from any number of workers: a day is
    claimed by a unique row, and everything about one call is one transaction.
    """
    # An agent has one only on a day when alerts were held back: without it they would never hear of them.
    waiting = select(Notice.id).where(Notice.person_id == Person.id, Notice.state == NoticeState.HELD).exists()
    reads = or_(Person.role != Role.AGENT, waiting)
    # Somebody away reads all of it in one digest when they are back.
    away = select(Absence.id).where(Absence.person_id == Person.id, away_at(now)).exists()
    readers = select(Person).where(Person.active, reads, ~away).order_by(Person.id)

    def opened(person: Person) -> int:
        made = _open(session, person, ctx, now)
        killpoint("K22")
        return made

    # One person's data must not cost the others their digest (P3).
    made = one_by_one(
        session, "digest", [(person.id, person) for person in session.scalars(readers).all()], opened, now
    )
    killpoint("K23")
    return made


def _open(session: Session, person: Person, ctx: AlertContext, now: datetime) -> int:
    if now.astimezone(zone_of(person)).hour < digest_hour(person, ctx.policy):
        return 0
    day = local_day(person, now)
    if session.scalar(select(DigestWindow.id).where(DigestWindow.person_id == person.id, DigestWindow.day == day)):
        return 0
    last = session.scalar(select(func.max(DigestWindow.until)).where(DigestWindow.person_id == person.id))
    window = Window(last or now - FIRST_WINDOW, now)
    row = {"person_id": person.id, "day": day, "since": window.since, "until": window.until}
    claim = insert(DigestWindow).values(row).on_conflict_do_nothing(index_elements=["person_id", "day"])
    window_id = session.scalar(claim.returning(DigestWindow.id))
    if window_id is None or window.since >= now:
        # Another worker was faster, or the clock was set back: that day was told already.
        return 0
    killpoint("K21")
    held = _hand_over(session, person, f"told in the digest of {day}")
    if gather(session, person, window, held).is_empty:
        return 0
    facts = {"since": window.since.isoformat(), "until": window.until.isoformat(), "held": held}
    draft = NoticeDraft(NoticeKind.DIGEST, person.id, f"digest:{day}", _WHY[Role(person.role)], now, facts=facts)
    notice_id = post_notice(session, draft, mail_domain=ctx.outgoing.domain)
    session.execute(update(DigestWindow).where(DigestWindow.id == window_id).values(notice_id=notice_id))
    return 1


def _hand_over(session: Session, person: Person, reason: str) -> list[int]:
    """End the waiting of alerts that were held back: from here on the digest tells them."""
    held = update(Notice).where(Notice.person_id == person.id, Notice.state == NoticeState.HELD)
    done = held.values(state=NoticeState.DROPPED, last_error=reason).returning(Notice.id)
    return sorted(session.scalars(done))
