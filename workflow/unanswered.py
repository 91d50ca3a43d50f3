"""Tells owners once when an escalation waits too long: the customer unanswered, or nobody acknowledging it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from config.words import Direction, MailKind, NoticeKind, State
from signals.business import add_business, business_hours_between
from signals.reading import Reading
from store.mail import Conversation, Message
from store.notices import Evidence, NoticeDraft, post_notice
from store.outbox import Notice
from store.people import Team
from store.record import Escalation
from store.roster import Rung
from store.setbacks import one_by_one
from workflow.audience import audience
from workflow.calendars import calendar_of
from workflow.context import Context
from workflow.states import ACTIVE

A_MOMENT = timedelta(seconds=1)
"""Added to a computed end, so that rounding cannot let a look come a hair too early."""


@dataclass(frozen=True)
class _Wait:
    """One escalation that waits: since when, for how many business hours, and what proves it."""

    escalation: Escalation
    event: str
    since: datetime
    hours: float
    evidence: tuple[Evidence, ...]


def tell_unanswered(session: Session, ctx: Context, now: datetime) -> int:
    """Post a notice for every customer left unanswered past the limit, once per person. Returns notices made.

    The customer's last mail has no answer of ours after it, and more than thanks in it.
    """
    if ctx.silent:
        return 0
    limit = ctx.policy.alerts.no_answer_business_hours
    told: set[int] = set()

    def tell(row: Row[Escalation, Team, Message]) -> int:
        escalation, team, message = row
        since = max(message.sent_at, escalation.opened_at)  # what opened it was told when it was opened
        hours = business_hours_between(calendar_of(team), since, now)
        if escalation.id in told or hours < limit or Reading.from_json(message.reading).closing:
            return 0
        told.add(escalation.id)
        wait = _Wait(escalation, f"unanswered:{message.id}", message.sent_at, hours, (_quote(message),))
        return _tell(session, wait, ctx, now)

    rows = session.execute(_open_mails(now - timedelta(hours=limit))).all()
    return one_by_one(session, "no answer", [(row[2].id, row) for row in rows], tell, now)


def tell_unacknowledged(session: Session, ctx: Context, now: datetime) -> int:
    """Post a notice for every escalation that nobody acknowledged in time, once per person. Returns notices made."""
    if ctx.silent:
        return 0
    limit = ctx.policy.alerts.realert_unacknowledged_business_hours

    def tell(row: Row[Escalation, Team, datetime]) -> int:
        escalation, team, opened = row
        hours = business_hours_between(calendar_of(team), opened, now)
        if hours < limit:
            return 0
        wait = _Wait(escalation, f"unacknowledged:{round(opened.timestamp())}", opened, hours, ())
        return _tell(session, wait, ctx, now)

    rows = session.execute(_unseen(now - timedelta(hours=limit))).all()
    return one_by_one(session, "not acknowledged", [(row[0].id, row) for row in rows], tell, now)


def _tell(session: Session, wait: _Wait, ctx: Context, now: datetime) -> int:
    made = 0
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


def _open_mails(sent_until: datetime) -> Select[Escalation, Team, Message]:
    """Customers' mails on active escalations that nobody answered and nobody was told of."""
    ours = aliased(Message)
    answers = ours.conversation_id == Conversation.id, ours.direction == Direction.OUT, ours.kind == MailKind.COLLEAGUE
    last = select(func.max(ours.sent_at)).where(*answers).scalar_subquery()
    return (
        select(Escalation, Team, Message)
        .join(Conversation, Conversation.escalation_id == Escalation.id)
        .join(Message, and_(Message.conversation_id == Conversation.id, Message.kind == MailKind.CUSTOMER))
        .outerjoin(Team, Team.id == Escalation.team_id)
        .where(
            Escalation.state.in_(ACTIVE),
            or_(last.is_(None), Message.sent_at > last),
            Message.sent_at <= sent_until,
            ~_told("unanswered:", Message.id),
        )
        .order_by(Escalation.id, Message.sent_at)
    )


def _unseen(opened_until: datetime) -> Select[Escalation, Team, datetime]:
    """Escalations that nobody acknowledged and nobody was reminded of, each with when it was opened last."""
    since = func.coalesce(Escalation.reopened_at, Escalation.opened_at)
    # Where a ladder stands, it asks: nobody hears of the same silence twice.
    asked = select(Rung.id).where(Rung.escalation_id == Escalation.id, Rung.since >= since).exists()
    return (
        select(Escalation, Team, since)
        .outerjoin(Team, Team.id == Escalation.team_id)
        .where(
            Escalation.state == State.OPEN,
            since <= opened_until,
            ~asked,
            ~_told("unacknowledged:", func.extract("epoch", since).cast(BigInteger)),
        )
        .order_by(Escalation.id)
    )


def waits_until(session: Session, ctx: Context, now: datetime) -> Iterator[datetime]:
    """When each wait that is known at `now` will pass its limit if nobody ends it, in UTC."""
    alerts = ctx.policy.alerts
    for escalation, team, message in session.execute(_open_mails(now)):
        if not Reading.from_json(message.reading).closing:
            since = max(message.sent_at, escalation.opened_at)
            yield _past(team, since, alerts.no_answer_business_hours, message.sent_at)
    for _escalation, team, opened in session.execute(_unseen(now)):
        yield _past(team, opened, alerts.realert_unacknowledged_business_hours, opened)


def _past(team: Team | None, since: datetime, hours: float, by_clock: datetime) -> datetime:
    """The first moment at which both bounds of a wait have surely passed."""
    return max(add_business(calendar_of(team), since, hours), by_clock + timedelta(hours=hours)) + A_MOMENT


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
