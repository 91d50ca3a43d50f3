"""Finds what one person's digest has to tell: changes, promises, held alerts, ended snoozes; under today's rights."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import false, func, select
from sqlalchemy.orm import Session

from alerts.clockwork import day_start
from alerts.lateitems import fell_due
from alerts.phrases import moment
from config.words import NoticeState, PromiseState, RawState, Role, State
from store.audit import root
from store.mail import Conversation, RawMail
from store.outbox import Notice
from store.people import Account, Person
from store.record import Audit, Escalation, Participant
from store.risk import Promise, PromiseEvent
from store.rules import RuleCount, judged_between, rule_counts
from store.visibility import visible

UNTOLD = frozenset(
    {
        "comment",
        "participant",
        "command rejected",
        "snooze ended",
        "closeout",
        "assignment",
        "participant left",
        "customer draft",
        "duties begun",
        "duties dropped",
        "duty done",
    }
)
"""Audit actions that are no news by themselves; comments stand on the escalation, duties follow its path."""

LIVE = (State.OPEN, State.ACKNOWLEDGED, State.IN_PROGRESS)
MOST_UNOWNED = 20
RECORD = timedelta(days=90)
"""How far back the record of a rule is told."""


@dataclass(frozen=True)
class Window:
    """The time a digest covers: after `since`, up to and including `until`."""

    since: datetime
    until: datetime


@dataclass
class Found:
    """What there is to tell of one escalation."""

    escalation: Escalation
    changes: list[Audit] = field(default_factory=list)
    missed: list[Promise] = field(default_factory=list)
    due_today: list[Promise] = field(default_factory=list)
    held: list[Notice] = field(default_factory=list)
    snooze_ended: bool = False
    told_until: datetime | None = None

    @property
    def is_told(self) -> bool:
        """Whether a mail about the escalation that was sent later than all of this has told this person already."""
        if not self.changes or self.missed or self.due_today or self.held or self.snooze_ended:
            return False
        return self.told_until is not None and all(change.at <= self.told_until for change in self.changes)


@dataclass(frozen=True)
class Running:
    """What an admin is told of the installation itself. `judged` are the rules that people judged in the window."""

    parked: int
    parked_new: int
    failed: int
    root: str
    judged: tuple[RuleCount, ...] = ()


@dataclass(frozen=True)
class Gathered:
    """Everything for one digest. `unowned` and `running` are shown, but make no digest by themselves.

    `items_late` says whether the day of an action item ended in the window.
    """

    found: tuple[Found, ...]
    loose: tuple[Notice, ...]
    unowned: tuple[Escalation, ...]
    running: Running | None
    items_late: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell. One escalation alone that stands as alerted is nothing."""
        news = self.running is not None and (self.running.parked_new or self.running.failed)
        repeats = len(self.found) == 1 and self.found[0].is_told
        return not ((self.found and not repeats) or self.loose or news or self.items_late)


def gather(session: Session, person: Person, window: Window, held_ids: Iterable[int] = ()) -> Gathered:
    """What this person may be told of the window, read fresh; `held_ids` are notices the digest stands in for."""
    by_id: dict[int, Found] = {}

    def at(escalation: Escalation) -> Found:
        return by_id.setdefault(escalation.id, Found(escalation))

    for change, escalation in _changes(session, person, window):
        at(escalation).changes.append(change)
    for promise, escalation in _missed(session, person, window):
        at(escalation).missed.append(promise)
    for promise, escalation in _due_today(session, person, window):
        at(escalation).due_today.append(promise)
    for escalation in _snooze_ended(session, person, window):
        at(escalation).snooze_ended = True
    loose = []
    for notice, about in _held(session, person, held_ids):
        if about is not None:
            at(about).held.append(notice)
        elif notice.escalation_id is None:
            loose.append(notice)
    for number, sent_at in _sent(session, person, window, by_id):
        by_id[number].told_until = sent_at
    unowned = [e for e in _unowned(session, person) if e.id not in by_id]
    late = fell_due(session, person, window.since, window.until)
    return Gathered(tuple(by_id.values()), tuple(loose), tuple(unowned), _running(session, person, window), late)


def gather_for(session: Session, person: Person, notice: Notice) -> Gathered:
    """What the digest notice stands for, under the rights of this moment."""
    return gather(session, person, window_of(notice), notice.facts.get("held", []))


def window_of(notice: Notice) -> Window:
    """The time a digest notice covers."""
    until = moment(notice.facts.get("until")) or notice.created_at
    return Window(moment(notice.facts.get("since")) or until - timedelta(days=1), until)


def _changes(session: Session, person: Person, window: Window) -> Iterable[tuple[Audit, Escalation]]:
    query = (
        select(Audit, Escalation)
        .join(Escalation, Audit.stream == func.concat("ESC-", Escalation.id))
        .where(visible(person), Escalation.changed_at > window.since, Escalation.merged_into.is_(None))
        .where(Audit.at > window.since, Audit.at <= window.until, Audit.action.not_in(UNTOLD))
        .order_by(Escalation.id, Audit.seq)
    )
    return session.execute(query)


def _promises(session: Session, person: Person, *clauses: object) -> Iterable[tuple[Promise, Escalation]]:
    on_thread = select(Conversation.escalation_id).where(Conversation.id == Promise.conversation_id).scalar_subquery()
    query = (
        select(Promise, Escalation)
        .join(Escalation, Escalation.id == func.coalesce(Promise.escalation_id, on_thread))
        .where(visible(person), Escalation.merged_into.is_(None), *clauses)  # type: ignore[arg-type]
        .order_by(Promise.due_at, Promise.id)
    )
    return session.execute(query)


def _missed(session: Session, person: Person, window: Window) -> Iterable[tuple[Promise, Escalation]]:
    lately = select(PromiseEvent.promise_id).where(
        PromiseEvent.to_state == PromiseState.MISSED, PromiseEvent.at > window.since, PromiseEvent.at <= window.until
    )
    return _promises(session, person, Promise.state == PromiseState.MISSED, Promise.id.in_(lately))


def _due_today(session: Session, person: Person, window: Window) -> Iterable[tuple[Promise, Escalation]]:
    # 26 hours cover the longest local day; what lies past midnight is left to tomorrow's digest.
    tomorrow = day_start(person, day_start(person, window.until) + timedelta(hours=26))
    soon = (Promise.due_at > window.until, Promise.due_at < tomorrow)
    return _promises(session, person, Promise.state == PromiseState.PENDING, *soon)


def _snooze_ended(session: Session, person: Person, window: Window) -> Iterable[Escalation]:
    ended = (Participant.snoozed_until > window.since, Participant.snoozed_until <= window.until)
    query = select(Escalation).join(Participant, Participant.escalation_id == Escalation.id)
    return session.scalars(query.where(Participant.person_id == person.id, visible(person), *ended))


def _held(session: Session, person: Person, held_ids: Iterable[int]) -> Iterable[tuple[Notice, Escalation | None]]:
    query = (
        select(Notice, Escalation)
        .outerjoin(Escalation, (Escalation.id == Notice.escalation_id) & visible(person))
        .where(Notice.person_id == person.id, Notice.id.in_(list(held_ids)))
        .order_by(Notice.id)
    )
    return session.execute(query)


def _sent(session: Session, person: Person, window: Window, numbers: Iterable[int]) -> Iterable[tuple[int, datetime]]:
    """When the last mail of the window about each of these escalations went to this person."""
    query = (
        select(Notice.escalation_id, func.max(Notice.sent_at))
        .where(Notice.person_id == person.id, Notice.escalation_id.in_(list(numbers)))
        .where(Notice.state == NoticeState.SENT, Notice.sent_at > window.since)
        .group_by(Notice.escalation_id)
    )
    return [(number, at) for number, at in session.execute(query) if number is not None and at is not None]


def _unowned(session: Session, person: Person) -> Iterable[Escalation]:
    query = select(Escalation).where(visible(person), Escalation.owner_id.is_(None), Escalation.state.in_(LIVE))
    # Senders whom nobody knows come last: anybody can write twenty alarming mails.
    known_first = func.coalesce(Account.provisional, false()), Escalation.id
    query = query.outerjoin(Account, Account.id == Escalation.account_id).where(Escalation.merged_into.is_(None))
    return session.scalars(query.order_by(*known_first).limit(MOST_UNOWNED))


def _running(session: Session, person: Person, window: Window) -> Running | None:
    if person.role != Role.ADMIN:
        return None
    parked = select(func.count()).select_from(RawMail).where(RawMail.state == RawState.PARKED)
    fresh = parked.where(RawMail.kept_at > window.since)
    failed = (
        select(func.count())
        .select_from(Notice)
        .where(Notice.state == NoticeState.FAILED, Notice.not_before > window.since)
    )
    numbers = (session.scalar(parked) or 0, session.scalar(fresh) or 0, session.scalar(failed) or 0)
    return Running(*numbers, root(session), _judged(session, window))


def _judged(session: Session, window: Window) -> tuple[RuleCount, ...]:
    """The record of each rule that somebody called useful or noise in the window."""
    names = judged_between(session, window.since, window.until)
    if not names:
        return ()
    return tuple(each for each in rule_counts(session, (), window.until - RECORD) if each.rule in names)
