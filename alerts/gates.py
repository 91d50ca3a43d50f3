"""Decides at the moment of sending whether a notice may go out now, later, in the digest, or never."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts import caps
from alerts.addressee import customer_behind
from alerts.attendance import is_looked_after, rung_is_over
from alerts.budgets import PACED, day_full, paced, strangers_full
from alerts.candidate import SERVICE, Candidate
from alerts.caps import CONVERSATION
from alerts.clockwork import quiet_end
from alerts.context import AlertContext
from alerts.digestfacts import gather_for
from config.policy import AlertPolicy
from config.words import NoticeKind, NoticeState, Priority, PromiseState, State
from store.notices import NoticeDraft
from store.outbox import Notice
from store.people import Account
from store.recipients import blocked_until
from store.risk import Promise
from store.todo import all_settled
from store.visibility import may_see

ALERTS = frozenset(NoticeKind) - CONVERSATION - SERVICE

SPOKEN = frozenset({NoticeKind.MENTION, NoticeKind.OWNER_CHANGED, NoticeKind.ACTION_ITEM, NoticeKind.HANDOVER})
"""A colleague turned to this person: a snooze does not stand in the way."""

PACE = timedelta(minutes=1)
LATE = timedelta(hours=1)


class Fate(StrEnum):
    """What becomes of a notice that does not go out now."""

    DROP = "drop"
    FAIL = "fail"
    HOLD = "hold"
    LATER = "later"


@dataclass(frozen=True)
class Verdict:
    """Why a notice does not go out now. `until` belongs to LATER; `tell` are notices that say so to somebody."""

    fate: Fate
    reason: str
    until: datetime | None = None
    tell: tuple[NoticeDraft, ...] = ()


def judge(session: Session, candidate: Candidate, ctx: AlertContext, now: datetime) -> Verdict | None:
    """The first gate's verdict that does not let the notice pass; None when it may go out now."""
    for gate in GATES:
        verdict = gate(session, candidate, ctx, now)
        if verdict is not None:
            return verdict
    return None


def breaks_through(candidate: Candidate, policy: AlertPolicy) -> bool:
    """Whether the notice may come at night and beyond the day's budget."""
    order = list(Priority)
    priority = Priority(candidate.escalation.priority) if candidate.escalation else Priority.LOW
    return (
        candidate.notice.urgent
        or candidate.kind in policy.break_quiet
        or order.index(priority) >= order.index(policy.break_quiet_priority)
    )


def _gone(_session: Session, candidate: Candidate, _ctx: AlertContext, _now: datetime) -> Verdict | None:
    return None if candidate.person.active else Verdict(Fate.DROP, "the person is no longer active")


def _hidden(session: Session, candidate: Candidate, _ctx: AlertContext, _now: datetime) -> Verdict | None:
    number = candidate.notice.escalation_id
    if number is None or may_see(session, candidate.person.id, number):
        return None
    return Verdict(Fate.DROP, "the person may not see this escalation any more")


def _theirs(session: Session, candidate: Candidate, _ctx: AlertContext, _now: datetime) -> Verdict | None:
    name = customer_behind(session, candidate.person.email)
    return Verdict(Fate.FAIL, f"the address is in the domain of the customer {name}") if name is not None else None


def _blocked(session: Session, candidate: Candidate, _ctx: AlertContext, now: datetime) -> Verdict | None:
    until = blocked_until(session, candidate.person.email, now)
    return (
        Verdict(Fate.FAIL, f"mail to this address came back; it is blocked until {until:%Y-%m-%d}") if until else None
    )


def _overtaken(session: Session, candidate: Candidate, _ctx: AlertContext, _now: datetime) -> Verdict | None:
    over = candidate.escalation is not None and candidate.escalation.state in (State.RESOLVED, State.CLOSED)
    if candidate.kind in (NoticeKind.PROMISE_DUE, NoticeKind.DUTY_OVERDUE, NoticeKind.NO_ANSWER) and over:
        return Verdict(Fate.DROP, "the escalation was resolved before this reminder went out")
    if candidate.kind is NoticeKind.DUTY_OVERDUE and all_settled(session, candidate.notice.facts):
        return Verdict(Fate.DROP, "the duties were done before this reminder went out")
    if candidate.kind is NoticeKind.PROMISE_DUE and "promise_id" in candidate.notice.facts:
        promise = session.get(Promise, candidate.notice.facts["promise_id"])
        if promise is not None and promise.state != PromiseState.PENDING:
            return Verdict(Fate.DROP, f"the promise was {promise.state} before this reminder went out")
    return None


def _digest_only(_session: Session, candidate: Candidate, _ctx: AlertContext, _now: datetime) -> Verdict | None:
    """What a playbook wants told in the digest only waits there, and opens the digest of somebody who gets none."""
    for_digest = candidate.kind is NoticeKind.DUTY_OVERDUE and candidate.notice.facts.get("tell") == "digest"
    return Verdict(Fate.HOLD, "told in the next digest") if for_digest else None


def _roster(session: Session, candidate: Candidate, _ctx: AlertContext, now: datetime) -> Verdict | None:
    """What the ladder no longer needs to ask, and what waits for the return of somebody away."""
    notice = candidate.notice
    if rung_is_over(session, candidate.kind, notice, candidate.escalation):
        return Verdict(Fate.DROP, "it was answered, or went on, before this mail went out")
    if candidate.kind in ALERTS and is_looked_after(session, notice, now):
        return Verdict(Fate.HOLD, "away; who stands in is told, and the digest at the return tells it")
    return None


def _nothing_left(session: Session, candidate: Candidate, _ctx: AlertContext, _now: datetime) -> Verdict | None:
    if candidate.kind is not NoticeKind.DIGEST or not gather_for(session, candidate.person, candidate.notice).is_empty:
        return None
    return Verdict(Fate.DROP, "nothing in this digest may still be shown to this person")


def _snoozed(_session: Session, candidate: Candidate, _ctx: AlertContext, now: datetime) -> Verdict | None:
    until = candidate.snoozed_until
    if until is None or until <= now or candidate.kind not in ALERTS - SPOKEN or candidate.ends_snooze:
        return None
    return Verdict(Fate.LATER, "snoozed", until)


def _quiet_hours(_session: Session, candidate: Candidate, ctx: AlertContext, now: datetime) -> Verdict | None:
    if candidate.kind in CONVERSATION | {NoticeKind.DIGEST} or breaks_through(candidate, ctx.policy):
        return None
    until = quiet_end(candidate.person, ctx.policy, now)
    return Verdict(Fate.LATER, "quiet hours", until) if until else None


def _budget(session: Session, candidate: Candidate, ctx: AlertContext, now: datetime) -> Verdict | None:
    if candidate.kind not in ALERTS or breaks_through(candidate, ctx.policy):
        return None
    return _held(session, candidate, day_full(session, candidate.notice, ctx.policy, ALERTS, now), now)


def _strangers(session: Session, candidate: Candidate, ctx: AlertContext, now: datetime) -> Verdict | None:
    """Unknown senders use up half of the day's budget at most, also with what would break through."""
    if candidate.kind not in ALERTS - SPOKEN or not _is_guessed(session, candidate):
        return None
    return _held(session, candidate, strangers_full(session, candidate.person, ctx.policy, ALERTS, now), now)


def _held(session: Session, candidate: Candidate, full: caps.Full | None, now: datetime) -> Verdict | None:
    """Hold the notice back over a limit, and say so once a day (law 6)."""
    if full is None:
        return None
    tell = caps.gone_quiet(session, candidate.notice, candidate.person, full, now)
    return Verdict(Fate.HOLD, full.sentence, tell=tell)


def _is_guessed(session: Session, candidate: Candidate) -> bool:
    account = candidate.escalation.account_id if candidate.escalation else None
    return account is not None and session.get_one(Account, account).provisional


def _caps(session: Session, candidate: Candidate, ctx: AlertContext, now: datetime) -> Verdict | None:
    if candidate.kind in (NoticeKind.QUIET, NoticeKind.DIGEST):
        return None
    full = caps.full(session, candidate.notice, ctx.policy, now)
    if full is None or full.scope is not caps.Scope.TOTAL:
        return _held(session, candidate, full, now)
    # A cap on all mail together is nobody's noise: what is over it waits its turn.
    tell = caps.gone_quiet(session, candidate.notice, candidate.person, full, now)
    return Verdict(Fate.LATER, full.sentence, now + timedelta(minutes=10), tell)


def _pace(session: Session, candidate: Candidate, _ctx: AlertContext, now: datetime) -> Verdict | None:
    """After an outage nobody finds twenty mails of the same minute: old notices come one a minute."""
    if candidate.kind not in ALERTS or now - candidate.notice.created_at < LATE:
        return None
    just_sent = (Notice.state == NoticeState.SENT, Notice.sent_at > now - PACE)
    sent = session.scalar(select(func.max(Notice.sent_at)).where(Notice.person_id == candidate.person.id, *just_sent))
    if sent is None:
        return None
    queue_end = paced(session, candidate.notice)[1]
    return Verdict(Fate.LATER, PACED, max(sent, queue_end or sent) + PACE)


Gate = Callable[[Session, Candidate, AlertContext, datetime], Verdict | None]

GATES: tuple[Gate, ...] = (
    _gone,  # somebody who left gets nothing, whatever it is
    _theirs,  # inside mail never goes to a customer
    _hidden,  # rights are those of now, not of the moment the notice was queued (attack A41)
    _blocked,  # a dead address must not cost the sending server its reputation
    _overtaken,  # a reminder of something that is done is noise
    _digest_only,  # a weekly duty calls nobody away
    _roster,  # ... or somebody else looks after it
    _nothing_left,  # the same for a digest, whose parts are checked one by one
    _snoozed,  # asked for by the person
    _quiet_hours,  # the person's night
    _strangers,  # what anybody can send must leave room for known customers
    _budget,  # the person's day
    _caps,  # stops any storm, and says so once (law 6)
    _pace,  # last, because it only spreads what may go out
)
