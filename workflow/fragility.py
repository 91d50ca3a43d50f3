"""Tells the rules what the accounts of some conversations went through before, and why one cannot take much more."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from config.words import Level, Risk, Signal, State
from signals.facts import Frailty, Msg, PastEscalation
from store.bulk import one_of
from store.mail import Conversation
from store.people import Account
from store.record import Escalation
from store.risk import FindingRow

LASTS = timedelta(days=90)
"""How long an escalation or a threat leaves an account fragile."""

PAIR = timedelta(days=60)
"""Two raised signals so close together do too."""

BAD_RATING = 2.0

MOST = 500
"""Findings and ended conversations looked at for one batch, the latest first."""

_E, _F, _C = Escalation, FindingRow, Conversation
_CLOSED = (
    select(_E.account_id, _E.title, _E.closed_at, _E.priority)
    .where(one_of(_E.account_id, "ids"), _E.state == State.CLOSED)
    .order_by(_E.id)
)
_OPENED = (
    select(_E.account_id, _E.id, _E.opened_at, _E.resolved_at)
    .where(one_of(_E.account_id, "ids"), _E.state != State.CLOSED)
    .order_by(_E.id)
)
_RAISED = (
    select(_C.account_id, _F.conversation_id, _F.signal, _F.found_at)
    .join(_C, _C.id == _F.conversation_id)
    .where(one_of(_C.account_id, "ids"), _F.level >= Level.RAISED, _F.found_at >= bindparam("since"))
    .order_by(_F.found_at.desc(), _F.id.desc())
    .limit(MOST)
)
_ENDED = (
    select(_C.account_id, _C.id, _C.subject, _C.last_at)
    .where(one_of(_C.account_id, "ids"), _C.last_at >= bindparam("since"), _C.last_at < bindparam("until"))
    .where(_C.escalation_id.is_(None), _C.merged_into.is_(None), _C.risk == Risk.LOW, _C.subject > "")
    .order_by(_C.last_at.desc(), _C.id.desc())
    .limit(MOST)
)


@dataclass
class Past:
    """What came before, by account; rows of conversations keep which one they are of."""

    closed: dict[int, list[PastEscalation]] = field(default_factory=lambda: defaultdict(list))
    opened: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    raised: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    ended: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def history(self, conversation: Conversation) -> tuple[PastEscalation, ...]:
        """The account's closed escalations, and its other conversations that ended without one."""
        account = conversation.account_id or 0
        others = [r for r in self.ended[account] if r.id != conversation.id]
        ended = [PastEscalation(r.subject, r.last_at, "", escalated=False) for r in others]
        return (*self.closed[account], *ended)

    def fragile(self, conversation: Conversation, account: Account | None) -> tuple[Frailty, ...]:
        """Why the account cannot take much more, by what happened outside of this conversation."""
        if account is None:
            return ()
        mine = conversation.escalation_id
        reasons = [Frailty(account.fragile)] if account.fragile else []
        if account.csat is not None and account.csat <= BAD_RATING:
            reasons.append(Frailty(f"last rating {account.csat:g} of 5"))
        for row in self.opened[account.id]:
            if row.id != mine:
                end = (row.resolved_at or row.opened_at) + LASTS
                reasons.append(Frailty(f"ESC-{row.id} opened {row.opened_at:%Y-%m-%d}", row.opened_at, end))
        raised = sorted((r.found_at, r.signal) for r in self.raised[account.id] if r.conversation_id != conversation.id)
        return (*reasons, *_threats(raised), *_pairs(raised))


def past(session: Session, conversations: Sequence[Conversation], messages: dict[int, list[Msg]]) -> Past:
    """What the accounts of the conversations went through; asked for only where something may have come back."""
    found = Past()
    accounts = sorted({c.account_id for c in conversations if c.account_id})
    for account, title, closed_at, priority in session.execute(_CLOSED, {"ids": accounts}):
        found.closed[account or 0].append(PastEscalation(title, closed_at, priority))
    looked_at = [c for c in conversations if _may_return(messages[c.id], found.closed[c.account_id or 0])]
    if not looked_at:
        return found
    if not accounts:
        return found
    latest = [messages[c.id][-1].sent_at for c in looked_at]
    asked = {"ids": sorted({c.account_id for c in looked_at if c.account_id})}
    dated = asked | {"since": min(latest) - LASTS}
    for row in session.execute(_OPENED, asked):
        found.opened[row.account_id or 0].append(row)
    for raised in session.execute(_RAISED, dated):
        found.raised[raised.account_id or 0].append(raised)
    for ended in session.execute(_ENDED, dated | {"until": max(latest)}):
        found.ended[ended.account_id or 0].append(ended)
    return found


def _may_return(messages: list[Msg], closed: list[PastEscalation]) -> bool:
    """Whether the customer says that something is back, or there is an escalation that could be."""
    return bool(messages) and (bool(closed) or any(m.reading.has("again") for m in messages))


def _threats(raised: list[tuple[datetime, str]]) -> list[Frailty]:
    return [
        Frailty(f"account risk on {at:%Y-%m-%d}", at, at + LASTS)
        for at, signal in raised
        if signal == Signal.ACCOUNT_RISK
    ]


def _pairs(raised: list[tuple[datetime, str]]) -> list[Frailty]:
    """Each raised signal with the latest other one before it, while both lie within the window."""
    pairs = []
    for index, (at, signal) in enumerate(raised):
        before = next(((a, s) for a, s in reversed(raised[:index]) if s != signal and at - a <= PAIR), None)
        if before is not None:
            words = " and ".join(sorted({signal.replace("_", " "), before[1].replace("_", " ")}))
            pairs.append(Frailty(f"{words} within {PAIR.days} days", at, before[0] + PAIR))
    return pairs
