"""Tells how the customers of some conversations usually write, from their other mail of half a year."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from config.words import Direction, MailKind
from signals.facts import Habit, Msg
from store.bulk import one_of
from store.mail import Conversation, Message

WINDOW = timedelta(days=180)
"""How far back a habit reaches."""

MOST_MAILS = 2000
"""Mails looked at for one batch, the latest first; more do not change what is usual."""

_M = Message
_URGENT, _TONE = _M.reading["j"].label("subject"), _M.reading["o"][0].label("tone")
_CUSTOMERS = (
    select(_M.account_id, _M.conversation_id, _M.from_address, _M.sent_at, _URGENT, _TONE)
    .where(one_of(_M.account_id, "accounts"), _M.direction == Direction.IN, _M.kind == MailKind.CUSTOMER)
    .where(_M.sent_at >= bindparam("since"), _M.sent_at <= bindparam("until"))
    .order_by(_M.sent_at.desc(), _M.id.desc())
    .limit(MOST_MAILS)
)


@dataclass
class _Kept:
    """What one sender's mails add up to; tones from the latest to the oldest."""

    mails: int
    urgent: int
    tones: list[float]

    def add(self, row: Any) -> None:
        """Count one mail."""
        self.mails += 1
        self.urgent += "urgent" in (row.subject or ())
        if row.tone is not None:
            self.tones.append(float(row.tone))


def habits(
    session: Session, conversations: Sequence[Conversation], messages: dict[int, list[Msg]]
) -> dict[int, dict[str, Habit]]:
    """By conversation and address, with one query: mails before the conversation's latest, its own left out.

    The key "" holds the whole account. Who belongs to no account has no habits.
    """
    heard = [(c, messages[c.id][-1].sent_at) for c in conversations if c.account_id and messages[c.id]]
    if not heard:
        return {}
    accounts = sorted({c.account_id for c, _ in heard if c.account_id})
    since, until = min(at for _, at in heard) - WINDOW, max(at for _, at in heard)
    by_account: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(_CUSTOMERS, {"accounts": accounts, "since": since, "until": until}):
        by_account[row.account_id].append(row)
    return {c.id: _of(c.id, at, by_account[c.account_id or 0]) for c, at in heard}


def _of(conversation_id: int, latest: datetime, rows: list[Any]) -> dict[str, Habit]:
    kept: dict[str, _Kept] = defaultdict(lambda: _Kept(0, 0, []))
    for row in rows:
        if row.conversation_id != conversation_id and latest - WINDOW <= row.sent_at <= latest:
            kept[row.from_address].add(row)
            kept[""].add(row)
    return {address: Habit(k.mails, k.urgent, tuple(reversed(k.tones))) for address, k in kept.items()}
