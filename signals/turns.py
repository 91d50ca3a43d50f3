"""Follows who has the ball: asks of the customer, what covers them for how long, and the chases that come meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import re2

from config.fold import fold
from config.policy import SignalPolicy
from config.words import Direction, PromiseKind
from signals import business
from signals.calendar import Calendar
from signals.facts import LedgerEntry, Msg
from signals.marks import Reply

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Until when a question back stands for the answer: until the customer writes."""

_OURS = re2.compile(
    rb"\b(?:you|your|sie|ihnen|ihre[rnms]?|vous|votre|vos|usted|ustedes|sus?|vuestr[oa]|voces?|vossa|vosso|sua)\b"
)
"""Words that make a missing answer one of ours."""

_ROOM = 20
"""Characters behind `no answer` within which they stand."""


@dataclass
class Ask:
    """An ask of the customer until it is answered.

    `since` is when the ball last came to us; `covered_until` is how long a reply of ours without the answer itself
    (a promise, a question back, a holding line) is good for; `closed_at` is when it was answered or dropped.
    """

    msg: Msg
    since: datetime
    covered_at: datetime | None = None
    covered_until: datetime | None = None
    questions: int = 0
    chases: list[Msg] = field(default_factory=list)
    closed_at: datetime | None = None
    messages: int = 1
    last_reply: Msg | None = None

    def covered(self, moment: datetime) -> bool:
        """Whether a reply of ours still stands for the answer."""
        return self.covered_until is not None and moment < self.covered_until

    def silent_since(self, moment: datetime) -> datetime | None:
        """From when on we owe an answer without anything to cover it; None when we do not."""
        if self.closed_at is not None or self.covered(moment):
            return None
        return max(self.since, self.covered_until) if self.covered_until else self.since


@dataclass
class _Walk:
    """The state of the walk through the messages."""

    calendar: Calendar
    policy: SignalPolicy
    graces: dict[int, datetime]
    asks: list[Ask] = field(default_factory=list)
    anchor: datetime | None = None

    @property
    def open(self) -> Ask | None:
        """The ask that waits for its answer."""
        return self.asks[-1] if self.asks and self.asks[-1].closed_at is None else None


def follow(
    messages: Sequence[Msg], ledger: Sequence[LedgerEntry], calendar: Calendar, policy: SignalPolicy
) -> tuple[Ask, ...]:
    """The asks of a conversation in order; `messages` are in order of time, machines left out."""
    graces: dict[int, datetime] = {}
    for entry in ledger:
        if entry.grace_until is not None and entry.kind is not PromiseKind.CONDITIONAL:
            graces[entry.message_id] = max(entry.grace_until, graces.get(entry.message_id, entry.grace_until))
    walk = _Walk(calendar, policy, graces)
    for msg in messages:
        if msg.direction is Direction.IN:
            _heard(walk, msg)
        elif msg.direction is Direction.OUT and walk.open is not None:
            _replied(walk, walk.open, msg)
    return tuple(walk.asks)


def _heard(walk: _Walk, msg: Msg) -> None:
    ask, reading = walk.open, msg.reading
    if reading.closing:
        if ask is not None and _settles(ask, msg):
            ask.closed_at = msg.sent_at
        return
    burst = walk.anchor is not None and _one_burst(walk, walk.anchor, msg.sent_at)
    if not burst:
        walk.anchor = msg.sent_at
    if ask is None:
        missing = _says_unanswered(msg)
        if not walk.asks or missing or _wants(msg):
            walk.asks.append(Ask(msg, msg.sent_at, chases=[msg] if missing else []))
        return
    ask.messages += 1
    if ask.covered(msg.sent_at):
        if ask.covered_until == FOREVER:
            ask.covered_until, ask.since = None, msg.sent_at
    elif not burst:
        ask.chases.append(msg)


def _wants(msg: Msg) -> bool:
    """Whether the customer asks for something or says that something is wrong."""
    return bool(msg.reading.asks) or msg.reading.has("problem")


def _says_unanswered(msg: Msg) -> bool:
    """Whether a mail that begins a conversation is itself a chase: it misses an answer of ours to another one."""
    counts = (h for h in msg.reading.group("chase") if h.part == "count")
    return any(_OURS.search(fold(msg.text[h.start : h.end + _ROOM])) for h in counts)


def _settles(ask: Ask, msg: Msg) -> bool:
    """Whether thanks end the matter: they do when the customer has it or drops it, not while a promise is open."""
    if msg.reading.has("withdrawn"):
        return True
    return msg.reading.has("closing", "received") and not (ask.covered(msg.sent_at) and ask.covered_until != FOREVER)


def _one_burst(walk: _Walk, first: datetime, later: datetime) -> bool:
    """Whether two mails of the customer count as one; out of hours the clock decides."""
    hours = business.business_hours_between(walk.calendar, first, later)
    if hours == 0:
        return later - first < timedelta(minutes=walk.policy.burst_night_minutes)
    return hours < walk.policy.burst_hours


def _replied(walk: _Walk, ask: Ask, msg: Msg) -> None:
    ask.last_reply = msg
    reply = worth(msg)
    if msg.id in walk.graces:
        _cover(ask, msg, walk.graces[msg.id])
    elif reply is Reply.SUBSTANTIVE or not _wants(ask.msg):
        ask.closed_at = msg.sent_at
    elif reply is Reply.QUESTION_BACK:
        ask.questions += 1
        if ask.questions == 1:
            _cover(ask, msg, FOREVER)
    elif reply is Reply.HOLDING:
        _cover(ask, msg, business.add_business(walk.calendar, msg.sent_at, business.day_hours(walk.calendar)))


def worth(msg: Msg) -> Reply:
    """The class of a message of ours; a file makes a holding line an answer."""
    if msg.automatic:
        return Reply.AUTO_ACK
    reply = msg.reading.reply
    return Reply.SUBSTANTIVE if msg.attachments and reply is Reply.HOLDING else reply


def _cover(ask: Ask, msg: Msg, until: datetime) -> None:
    ask.covered_at, ask.covered_until = msg.sent_at, until
