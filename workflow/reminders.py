"""Watches promises by the clock: warns their makers in time, and calls a commanded one missed when it has passed."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from config.words import Channel, NoticeKind, PromiseState
from signals.business import business_hours_between
from store.mail import Conversation
from store.notices import NoticeDraft, post_notice
from store.people import Person, Team
from store.record import Escalation
from store.risk import Promise, PromiseEvent
from workflow import record
from workflow.audience import audience
from workflow.calendars import calendar_of
from workflow.change import By, Step, written
from workflow.context import Context
from workflow.states import ACTIVE

LONGEST_CLOSED = timedelta(days=6)
"""A due time this far off by the clock may be only business hours away: a long weekend lies between."""


def watch_promises(session: Session, ctx: Context, now: datetime) -> None:
    """Do both for every active escalation; each promise is warned of once and missed once."""
    _warn(session, ctx, now)
    _miss(session, ctx, now)


def _warn(session: Session, ctx: Context, now: datetime) -> None:
    """Tell maker and owner of promises due soon; only on escalations, where a broken promise costs most."""
    limit = ctx.policy.alerts.promise_warning_business_hours
    on = or_(Conversation.escalation_id == Escalation.id, Promise.escalation_id == Escalation.id)
    rows = session.execute(
        select(Promise, Escalation, Team)
        .outerjoin(Conversation, Conversation.id == Promise.conversation_id)
        .join(Escalation, on)
        .outerjoin(Team, Team.id == Escalation.team_id)
        .where(
            Promise.state == PromiseState.PENDING,
            Promise.due_at > now,
            Promise.due_at <= now + LONGEST_CLOSED,
            Promise.assumed.is_(False),
            Escalation.state.in_(ACTIVE),
        )
        .order_by(Promise.id)
    )
    for promise, escalation, team in rows:
        due = promise.due_at or now
        if business_hours_between(calendar_of(team), now, due) <= limit and not ctx.silent:
            _tell(session, ctx, now, promise, escalation)


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


def _miss(session: Session, ctx: Context, now: datetime) -> None:
    """A promise that somebody set by command has no mail for the signals to follow: the clock alone decides."""
    passed = select(Promise.id, Promise.escalation_id).where(
        Promise.state == PromiseState.PENDING,
        Promise.forced,
        Promise.message_id.is_(None),
        Promise.escalation_id.is_not(None),
        Promise.grace_until <= now,
    )
    by = By(None, "smokewatch", Channel.SYSTEM, now, "its time passed", ctx.outgoing.domain)
    for promise_id, escalation_id in session.execute(passed.order_by(Promise.id)).all():
        escalation = record.lock(session, escalation_id or 0)
        promise = session.get_one(Promise, promise_id, with_for_update=True, populate_existing=True)
        if promise.state != PromiseState.PENDING:
            continue
        promise.state = PromiseState.MISSED.value
        why = "nobody said it was kept before its time passed"
        promise.events.add(PromiseEvent(at=now, from_state=PromiseState.PENDING, to_state=PromiseState.MISSED, why=why))
        written(
            session, by, escalation, Step("promise", PromiseState.PENDING, PromiseState.MISSED, promise.quote[:500])
        )
        if escalation.state in ACTIVE and not ctx.silent:
            _tell_missed(session, by, promise, escalation)


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
