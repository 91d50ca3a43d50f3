"""Tells owners once when an escalation waits too long: the customer unanswered, or nobody acknowledging it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from config.words import Direction, MailKind, NoticeKind, State
from signals.business import business_hours_between
from signals.reading import Reading
from store.mail import Conversation, Message
from store.notices import Evidence, NoticeDraft, post_notice
from store.outbox import Notice
from store.people import Team
from store.record import Escalation
from workflow.audience import audience
from workflow.calendars import calendar_of
from workflow.context import Context
from workflow.states import ACTIVE


@dataclass(frozen=True)
class _Wait:
    """One escalation that waits: since when, for how many business hours, and what proves it."""

    escalation: Escalation
    event: str
    since: datetime
    hours: float
    evidence: tuple[Evidence, ...]


def tell_unanswered(session: Session, ctx: Context, now: datetime) -> int:
    """Post a notice for every wait past its limit; each wait is told once per person. Returns notices made."""
    if ctx.silent:
        return 0
    made = 0
    for wait in (*_unanswered(session, ctx, now), *_unacknowledged(session, ctx, now)):
        for person, why in audience(session, wait.escalation):
            draft = NoticeDraft(
                kind=NoticeKind.NO_ANSWER,
                person_id=person.id,
                event=wait.event,
                why=why,
                at=now,
                escalation_id=wait.escalation.id,
                evidence=wait.evidence,
                facts={"since": wait.since.isoformat(), "waiting_business_hours": round(wait.hours, 1)},
            )
            made += post_notice(session, draft, mail_domain=ctx.outgoing.domain) is not None
    return made


def _unanswered(session: Session, ctx: Context, now: datetime) -> Iterator[_Wait]:
    """The customer's last mail has no answer of ours after it, and more than thanks in it."""
    limit = ctx.policy.alerts.no_answer_business_hours
    ours = aliased(Message)
    answers = ours.conversation_id == Conversation.id, ours.direction == Direction.OUT, ours.kind == MailKind.COLLEAGUE
    last = select(func.max(ours.sent_at)).where(*answers).scalar_subquery()
    rows = session.execute(
        select(Escalation, Team, Message)
        .join(Conversation, Conversation.escalation_id == Escalation.id)
        .join(Message, and_(Message.conversation_id == Conversation.id, Message.kind == MailKind.CUSTOMER))
        .outerjoin(Team, Team.id == Escalation.team_id)
        .where(
            Escalation.state.in_(ACTIVE),
            or_(last.is_(None), Message.sent_at > last),
            Message.sent_at <= now - timedelta(hours=limit),
            ~_told("unanswered:", Message.id),
        )
        .order_by(Escalation.id, Message.sent_at)
    )
    told: set[int] = set()
    for escalation, team, message in rows:
        since = max(message.sent_at, escalation.opened_at)  # what opened it was told when it was opened
        hours = business_hours_between(calendar_of(team), since, now)
        if escalation.id in told or hours < limit or Reading.from_json(message.reading).closing:
            continue
        told.add(escalation.id)
        yield _Wait(escalation, f"unanswered:{message.id}", message.sent_at, hours, (_quote(message),))


def _unacknowledged(session: Session, ctx: Context, now: datetime) -> Iterator[_Wait]:
    """Nobody of ours has acknowledged the escalation since it was opened, or opened again."""
    limit = ctx.policy.alerts.realert_unacknowledged_business_hours
    since = func.coalesce(Escalation.reopened_at, Escalation.opened_at)
    rows = session.execute(
        select(Escalation, Team, since)
        .outerjoin(Team, Team.id == Escalation.team_id)
        .where(
            Escalation.state == State.OPEN,
            since <= now - timedelta(hours=limit),
            ~_told("unacknowledged:", func.extract("epoch", since).cast(BigInteger)),
        )
        .order_by(Escalation.id)
    )
    for escalation, team, opened in rows:
        hours = business_hours_between(calendar_of(team), opened, now)
        if hours >= limit:
            yield _Wait(escalation, f"unacknowledged:{round(opened.timestamp())}", opened, hours, ())


def _told(*event: object) -> ColumnElement[bool]:
    """Whether this escalation's people heard of that very wait: most sweeps find nothing new to look at."""
    prefix = func.concat(NoticeKind.NO_ANSWER.value, ":", Escalation.id, ":", *event, ":%")
    return select(Notice.id).where(Notice.escalation_id == Escalation.id, Notice.key.like(prefix)).exists()


def _quote(message: Message) -> Evidence:
    """The first sentence the customer asked; without one, the start of the mail."""
    asks = Reading.from_json(message.reading).asks
    start, end = asks[0] if asks else (0, min(len(message.new_text), 200))
    return Evidence(
        signal="no_answer",
        level=1,
        quote=message.new_text[start:end].strip(),
        author=message.from_name or message.from_address,
        sent_at=message.sent_at.isoformat(),
        clears_when="one of us answers the customer",
        rule_id="no_answer.silence",
        message_id=message.id,
    )
