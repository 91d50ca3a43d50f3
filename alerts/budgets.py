"""Counts what a person's day has room for: the budget of alerts, and the share of it that strangers may use."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.caps import Full, Scope, going_out
from alerts.clockwork import daily_budget, day_start
from config.policy import AlertPolicy
from config.words import NoticeKind, NoticeState
from store.outbox import Notice
from store.people import Account, Person
from store.record import Escalation

PACED = "paced: one delayed alert a minute"


def day_full(
    session: Session, notice: Notice, policy: AlertPolicy, kinds: Collection[NoticeKind], now: datetime
) -> Full | None:
    """The day's budget when it is used up by alerts of these kinds, sent or queued."""
    person = session.get_one(Person, notice.person_id)
    budget = daily_budget(person, policy)
    gone = going_out(session, now, day_start(person, now), Notice.person_id == person.id, kinds=kinds)
    if gone + paced(session, notice)[0] < budget:
        return None
    return Full(Scope.DAY, budget, f"more than {_alerts(budget)} to you today")


def strangers_full(
    session: Session, person: Person, policy: AlertPolicy, kinds: Collection[NoticeKind], now: datetime
) -> Full | None:
    """The strangers' half of the budget when it is used up; None where there is no known customer to keep the rest for.

    Ten forged mails full of alarming words would else keep the next real alert from being sent that day.
    """
    if session.execute(select(Account.id).where(Account.provisional.is_(False)).limit(1)).first() is None:
        return None
    share = max(1, daily_budget(person, policy) // 2)
    guessed = select(Escalation.id).join(Account, Account.id == Escalation.account_id).where(Account.provisional)
    which = (Notice.person_id == person.id) & Notice.escalation_id.in_(guessed)
    if going_out(session, now, day_start(person, now), which, kinds=kinds) < share:
        return None
    return Full(Scope.STRANGERS, share, f"more than {_alerts(share)} today about senders who are no known customers")


def paced(session: Session, notice: Notice) -> tuple[int, datetime | None]:
    """How many of the person's other notices stand in the queue of delayed ones, and when the last one's turn is."""
    query = select(func.count(), func.max(Notice.not_before)).where(
        Notice.person_id == notice.person_id,
        Notice.state == NoticeState.WAITING,
        Notice.last_error == PACED,
        Notice.id != notice.id,
    )
    count, end = session.execute(query).one()
    return count, end


def _alerts(number: int) -> str:
    return "1 alert" if number == 1 else f"{number} alerts"
