"""Writes down what became of a notice, and tells the admins once when one could not be delivered."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from alerts.candidate import Candidate
from alerts.caps import admins
from alerts.clockwork import local_day
from alerts.context import AlertContext
from alerts.gates import Fate, Verdict
from alerts.handover import Failed, Phase
from alerts.lease import AFTER_DOT
from config.words import NoticeKind, NoticeState
from store.notices import NoticeDraft, post_notice
from store.outbox import Notice
from store.people import Person

log = structlog.get_logger()

MOST_REPEATS = 2
"""A server that takes mail and never says so would otherwise be given a copy every hour for two days."""

_STATES = {Fate.DROP: NoticeState.DROPPED, Fate.FAIL: NoticeState.FAILED, Fate.HOLD: NoticeState.HELD}


def put_aside(session: Session, candidate: Candidate, verdict: Verdict, ctx: AlertContext, now: datetime) -> None:
    """Carry out a gate's verdict; waiting its turn is no failed attempt."""
    notice = candidate.notice
    for draft in verdict.tell:
        post_notice(session, draft, mail_domain=ctx.outgoing.domain)
    _release(notice, verdict.reason)
    notice.attempts -= 1
    if verdict.fate is Fate.LATER:
        notice.not_before = verdict.until or now
    else:
        notice.state = _STATES[verdict.fate]
    if verdict.fate is Fate.FAIL:
        tell_admins(session, notice, verdict.reason, ctx, now)
    log.info("notice_put_aside", notice_id=notice.id, kind=notice.kind, fate=verdict.fate.value)


def sent(notice: Notice, now: datetime) -> None:
    """The server took it."""
    _release(notice, None)
    notice.state, notice.phase, notice.sent_at = NoticeState.SENT, "sent", now
    log.info("notice_sent", notice_id=notice.id, kind=notice.kind, attempts=notice.attempts, repeats=notice.repeats)


def failed(session: Session, notice: Notice, result: Failed, ctx: AlertContext, now: datetime) -> None:
    """The server did not take it, or nobody knows: try again with back-off, or give up and say so."""
    _release(notice, f"{result.reason}: {result.detail}" if result.detail else result.reason)
    if notice.phase != AFTER_DOT:
        notice.phase = result.phase.value
    wait = retry_after(notice.attempts, ctx)
    worn_out = result.phase is Phase.AFTER_DOT and notice.repeats >= MOST_REPEATS
    log.warning("notice_not_sent", notice_id=notice.id, kind=notice.kind, reason=result.reason, phase=notice.phase)
    if result.permanent or worn_out or wait is None:
        give_up(session, notice, notice.last_error or result.reason, ctx, now)
    else:
        notice.not_before = now + wait


def give_up(session: Session, notice: Notice, reason: str, ctx: AlertContext, now: datetime) -> None:
    """Move the notice out of the way, where `smokewatch outbox` lists it."""
    _release(notice, reason)
    notice.state = NoticeState.FAILED
    log.error("notice_failed", notice_id=notice.id, kind=notice.kind, attempts=notice.attempts)
    tell_admins(session, notice, reason, ctx, now)


def retry_after(attempts: int, ctx: AlertContext) -> timedelta | None:
    """The pause after that many attempts; None when all pauses together have passed the time to give up."""
    steps = ctx.policy.retry_minutes
    hourly = max(0, attempts - len(steps))
    waited = sum(steps[:attempts]) + 60 * hourly
    if waited > 60 * ctx.policy.give_up_hours:
        return None
    return timedelta(minutes=60 if hourly else steps[attempts - 1])


def tell_admins(session: Session, notice: Notice, reason: str, ctx: AlertContext, now: datetime) -> None:
    """One notice per admin, failing address and day; a failed notice to an admin is not told on."""
    if notice.kind == NoticeKind.ADMIN:
        return
    person = session.get_one(Person, notice.person_id)
    facts = {
        "headline": f"A mail to {person.name} <{person.email}> could not be delivered.",
        "lines": [f"What it was: {notice.kind.replace('_', ' ')}, notice {notice.id}", f"Why: {reason}"],
        "todo": "Correct the address or the server, then run: smokewatch outbox retry " + str(notice.id),
    }
    for admin in admins(session):
        if admin.id == person.id:
            continue
        event = f"undelivered:{person.id}:{local_day(admin, now)}"
        why = "you are an admin of this installation"
        post_notice(
            session,
            NoticeDraft(NoticeKind.ADMIN, admin.id, event, why, now, facts=facts),
            mail_domain=ctx.outgoing.domain,
        )


def _release(notice: Notice, reason: str | None) -> None:
    notice.claimed_until = None
    notice.last_error = reason[:500] if reason else None
    if notice.phase != AFTER_DOT:
        notice.phase = None
