"""Keeps what rules in shadow find, and once a week tells the owner of each what it would have sent."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.policy import Policy
from config.words import Level, NoticeKind
from signals.facts import Finding
from store.bulk import insert_rows
from store.mail import Conversation
from store.notices import NoticeDraft, post_notice
from store.people import Account, Person
from store.risk import ShadowFinding
from workflow.context import Context
from workflow.dates import When

MOST_LISTED = 20
"""Findings quoted in one weekly list."""

WEEK = timedelta(days=7)


def keep_shadow(
    session: Session, conversation_id: int, findings: Sequence[Finding], policy: Policy, now: datetime
) -> None:
    """Note what rules in shadow say; the same statement is noted once."""
    rows = [
        {
            "conversation_id": conversation_id,
            "rule": f.rule_id if f.rule_id in policy.shadow else f.signal.value,
            "signal": f.signal.value,
            "level": int(f.level),
            "rule_id": f.rule_id,
            "message_id": f.message_id,
            "start": f.start,
            "end": f.end,
            "quote": f.quote,
            "found_at": now,
        }
        for f in findings
    ]
    insert_rows(session, ShadowFinding, rows, then="ON CONFLICT DO NOTHING")


def tell_shadows(session: Session, ctx: Context, now: datetime) -> int:
    """Post the list of the last whole week, Monday to Monday, of each rule that has something. Returns notices made."""
    if ctx.silent:
        return 0
    made = 0
    for rule, address in ctx.policy.shadow.items():
        person = session.scalar(select(Person).where(Person.email == address.lower(), Person.active))
        if person is not None:
            made += _tell(session, ctx, rule, person, now)
    return made


def lists_at(session: Session, ctx: Context, now: datetime) -> Iterator[datetime]:
    """When the next list of each rule in shadow is written, in UTC, whether or not there will be anything on it."""
    for address in ctx.policy.shadow.values():
        person = session.scalar(select(Person).where(Person.email == address.lower(), Person.active))
        if person is not None:
            yield _last_monday(person, ctx.policy.alerts.digest_hour, now + WEEK)


def _tell(session: Session, ctx: Context, rule: str, person: Person, now: datetime) -> int:
    until = _last_monday(person, ctx.policy.alerts.digest_hour, now)
    facts = _week(session, rule, until)
    if not facts["count"]:
        return 0
    draft = NoticeDraft(
        kind=NoticeKind.SHADOW,
        person_id=person.id,
        event=f"{rule}:{until:%Y-%m-%d}",
        why="the policy names you for this rule while it is on trial",
        at=now,
        facts=facts,
    )
    return post_notice(session, draft, mail_domain=ctx.outgoing.domain) is not None


def _last_monday(person: Person, hour: int, now: datetime) -> datetime:
    """The last Monday at that hour of the person's own clock that is over."""
    local = now.astimezone(When(now, person.zone).tz)
    monday = datetime.combine(local.date() - timedelta(days=local.weekday()), time(hour), local.tzinfo)
    return (monday if monday <= local else monday - WEEK).astimezone(UTC)


def _week(session: Session, rule: str, until: datetime) -> dict[str, Any]:
    """What the rule said in the week before `until`: how much would have gone out, and the latest of it."""
    s = ShadowFinding
    these = s.rule == rule, s.found_at >= until - WEEK, s.found_at < until
    seen, count = session.execute(
        select(func.count(), func.count().filter(s.level >= Level.RAISED)).where(*these)
    ).one()
    rows = session.execute(
        select(s, Account.name, Conversation.subject)
        .join(Conversation, Conversation.id == s.conversation_id)
        .outerjoin(Account, Account.id == Conversation.account_id)
        .where(*these, s.level >= Level.RAISED)
        .order_by(s.found_at.desc(), s.id.desc())
        .limit(MOST_LISTED)
    )
    found = [
        {
            "about": account or subject,
            "level": Level(row.level).name.lower(),
            "quote": row.quote,
            "at": row.found_at.isoformat(),
        }
        for row, account, subject in rows
    ]
    return {"rule": rule, "seen": seen, "count": count, "since": (until - WEEK).isoformat(), "found": found}
