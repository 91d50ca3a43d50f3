"""Watches promises by the clock: warns their makers in time, and calls a commanded one missed when it has passed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from config.words import Channel, NoticeKind, PromiseState
from signals.business import add_business, business_hours_between
from store.mail import Conversation
from store.notices import NoticeDraft, post_notice
from store.people import Person, Team
from store.record import Escalation
from store.risk import Promise, PromiseEvent
from store.setbacks import one_by_one
from workflow import record
from workflow.audience import audience
from workflow.calendars import calendar_of
from workflow.change import By, Step, written
from workflow.context import Context
from workflow.states import ACTIVE
from workflow.unanswered import A_MOMENT

LONGEST_CLOSED = timedelta(days=6)
"""A due time this far off by the clock may be only business hours away: a long weekend lies between."""


def warn_of_promises(session: Session, ctx: Context, now: datetime) -> None:
    """Tell maker and owner of promises due soon, once; only on escalations, where a broken promise costs most."""
    limit = ctx.policy.alerts.promise_warning_business_hours

    def warn(row: Row[Promise, Escalation, Team]) -> None:
        promise, escalation, team = row
        due = promise.due_at or now
        if business_hours_between(calendar_of(team), now, due) <= limit and not ctx.silent:
            _tell(session, ctx, now, promise, escalation)

    rows = session.execute(_dated(now).where(Promise.due_at <= now + LONGEST_CLOSED)).all()
    one_by_one(session, "promise warning", [(row[0].id, row) for row in rows], warn, now)


def _dated(now: datetime) -> Select[Promise, Escalation, Team]:
    """Pending promises of active escalations that were given a time of their own, still to come."""
    on = or_(Conversation.escalation_id == Escalation.id, Promise.escalation_id == Escalation.id)
    return (
        select(Promise, Escalation, Team)
        .outerjoin(Conversation, Conversation.id == Promise.conversation_id)
        .join(Escalation, on)
        .outerjoin(Team, Team.id == Escalation.team_id)
        .where(
            Promise.state == PromiseState.PENDING,
            Promise.due_at > now,
            Promise.assumed.is_(False),
            Escalation.state.in_(ACTIVE),
        )
        .order_by(Promise.id)
    )


def reminders_at(session: Session, ctx: Context, now: datetime) -> Iterator[datetime]:
    """When each promise that is known at `now` and not warned of will be warned of or called missed, in UTC."""
    limit = ctx.policy.alerts.promise_warning_business_hours
    for promise, _escalation, team in session.execute(_dated(now)):
        if promise.due_at is not None:
            begins = add_business(calendar_of(team), promise.due_at, -limit)
            yield max(begins, promise.due_at - LONGEST_CLOSED) + A_MOMENT
    yield from (at for at in session.scalars(_set_by_command(Promise.grace_until)) if at is not None)


def _tell(session: Session, ctx: Context, now: datetime, promise: Promise, escalation: Escalation) -> None:
    due = promise.due_at or now
    maker = session.scalar(select(Person.id).where(Person.email == promise.made_by, Person.active))
    told = {escalation.owner_id: "you own it", maker: "you made the promise"}
    for person_id, why in told.items():
        if person_id is None:
            continue
        draft = NoticeDraft(
            kind=NoticeKind.PROMISE_DUE,
            person_id=person_id,
            event=f"promise:{promise.id}:{due:%Y%m%d%H%M}",
            why=why,
            at=now,
            escalation_id=escalation.id,
            facts={"promise_id": promise.id, "quote": promise.quote, "due": due.isoformat()},
        )
        post_notice(session, draft, mail_domain=ctx.outgoing.domain)


def miss_promises(session: Session, ctx: Context, now: datetime) -> None:
    """A promise that somebody set by command has no mail for the signals to follow: the clock alone decides, once."""
    passed = _set_by_command(Promise.id, Promise.escalation_id).where(Promise.grace_until <= now)
    rows = session.execute(passed.order_by(Promise.id)).all()
    one_by_one(
        session, "promise missed", [(row[0], row) for row in rows], lambda row: _miss(session, ctx, now, *row), now
    )


def _miss(session: Session, ctx: Context, now: datetime, promise_id: int, escalation_id: int | None) -> None:
    by = By(None, "smokewatch", Channel.SYSTEM, now, "its time passed", ctx.outgoing.domain)
    escalation = record.lock(session, escalation_id or 0)
    promise = session.get_one(Promise, promise_id, with_for_update=True, populate_existing=True)
    if promise.state != PromiseState.PENDING:
        return
    promise.state = PromiseState.MISSED.value
    why = "nobody said it was kept before its time passed"
    promise.events.add(PromiseEvent(at=now, from_state=PromiseState.PENDING, to_state=PromiseState.MISSED, why=why))
    written(session, by, escalation, Step("promise", PromiseState.PENDING, PromiseState.MISSED, promise.quote[:500]))
    if escalation.state in ACTIVE and not ctx.silent:
        _tell_missed(session, by, promise, escalation)


def _set_by_command(*columns: Any) -> Select[Any]:
    return select(*columns).where(
        Promise.state == PromiseState.PENDING,
        Promise.forced,
        Promise.message_id.is_(None),
        Promise.escalation_id.is_not(None),
    )


def _tell_missed(session: Session, by: By, promise: Promise, escalation: Escalation) -> None:
    due = promise.due_at.isoformat() if promise.due_at else None
    for person, why in audience(session, escalation):
        draft = NoticeDraft(
            kind=NoticeKind.PROMISE_MISSED,
            person_id=person.id,
            event=f"promise:{promise.id}:missed",
            why=why,
            at=by.now,
            escalation_id=escalation.id,
            facts={"promise_id": promise.id, "quote": promise.quote, "due": due},
        )
        post_notice(session, draft, mail_domain=by.mail_domain)
