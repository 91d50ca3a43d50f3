"""Counts what went out in the last hour, and writes the one notice that says why it has gone quiet (law 6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from alerts.clockwork import local_day
from config.policy import AlertPolicy
from config.words import NoticeKind, NoticeState, Role
from store.notices import NoticeDraft
from store.outbox import Notice
from store.people import Person

CONVERSATION = frozenset({NoticeKind.ANSWER, NoticeKind.CONFIRM})
"""Somebody has just written to us and waits for these."""

HOUR = timedelta(hours=1)
_UNDER_WAY = ("sending", "after_dot")


class Scope(StrEnum):
    """What a cap counts over."""

    PERSON = "person"
    ESCALATION = "escalation"
    TOTAL = "total"
    DAY = "day"
    STRANGERS = "strangers"


@dataclass(frozen=True)
class Full:
    """A cap that is reached."""

    scope: Scope
    cap: int
    sentence: str


def serialise(session: Session) -> None:
    """Let one deliverer at a time count and decide, until its transaction ends: two could both see one place left."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("alerts.caps"))))


def going_out(
    session: Session, now: datetime, since: datetime, which: ColumnElement[bool], *, kinds: Collection[NoticeKind] = ()
) -> int:
    """How many notices went out since then or are being sent at this moment by any deliverer."""
    sent = and_(Notice.state == NoticeState.SENT, Notice.sent_at >= since)
    under_way = and_(Notice.state == NoticeState.WAITING, Notice.phase.in_(_UNDER_WAY), Notice.claimed_until > now)
    query = select(func.count()).select_from(Notice).where(which, or_(sent, under_way))
    return session.scalar(query.where(Notice.kind.in_(kinds)) if kinds else query) or 0


def full(session: Session, notice: Notice, policy: AlertPolicy, now: datetime) -> Full | None:
    """The first cap this notice would pass, or None.

    Answers have a cap of their own where they are posted (`answers_per_hour`). Here they count in the total only: who
    works through a morning's alerts by mail must neither lose the answers nor the next alert.
    """
    unasked = Notice.kind.not_in(CONVERSATION)
    scopes: list[tuple[Scope, int, ColumnElement[bool], str]] = [
        (Scope.TOTAL, policy.cap_per_hour_total, Notice.id > 0, "in all"),
    ]
    if notice.kind not in CONVERSATION:
        mine = and_(Notice.person_id == notice.person_id, unasked)
        scopes.insert(0, (Scope.PERSON, policy.cap_per_hour_person, mine, "to you"))
    if notice.kind not in CONVERSATION and notice.escalation_id is not None:
        about = and_(Notice.escalation_id == notice.escalation_id, unasked)
        scopes.insert(1, (Scope.ESCALATION, policy.cap_per_hour_escalation, about, f"about ESC-{notice.escalation_id}"))
    for scope, cap, which, words in scopes:
        if going_out(session, now, now - HOUR, and_(which, Notice.id != notice.id)) >= cap:
            return Full(scope, cap, f"more than {cap} mails {words} within an hour")
    return None


def gone_quiet(
    session: Session, notice: Notice, person: Person, reached: Full, now: datetime
) -> tuple[NoticeDraft, ...]:
    """The notices that say so: one a day to the person, or to the admins when the cap is on all mail together."""
    about = notice.escalation_id if reached.scope is Scope.ESCALATION else None
    readers = admins(session) if reached.scope is Scope.TOTAL else [person]
    facts = {"scope": reached.scope.value, "cap": reached.cap, "because": reached.sentence}
    return tuple(
        NoticeDraft(
            NoticeKind.QUIET,
            reader.id,
            f"quiet:{reached.scope}:{local_day(reader, now)}",
            "you should know when silence does not mean that all is well",
            now,
            about,
            facts={**facts, "digest": reader.role in (Role.MANAGER, Role.ADMIN)},
        )
        for reader in readers
    )


def admins(session: Session) -> list[Person]:
    """All active admins."""
    return list(session.scalars(select(Person).where(Person.role == Role.ADMIN, Person.active).order_by(Person.id)))
