"""The promise ledger: every promise of ours, followed from its sentence to its end, each move with its reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.words import Direction, PromiseKind, PromiseState
from signals import business
from signals.facts import Facts, ForcedPromise, LedgerEntry, Msg, PromiseMove
from signals.marks import Pledge, Reply

_SAME = 0.5
"""Share of the shorter sentence's words at which two promises are about the same thing."""

_SHORT_WORD = 3
_FINAL = frozenset(PromiseState) - {PromiseState.UNARMED, PromiseState.PENDING}


@dataclass
class _Entry:
    """A promise while the conversation is walked through."""

    msg: Msg
    pledge: Pledge
    state: PromiseState
    due: datetime | None
    grace: datetime | None
    moves: list[PromiseMove] = field(default_factory=list)

    @property
    def quote(self) -> str:
        """Our sentence."""
        return self.msg.text[self.pledge.start : self.pledge.end]

    def move(self, state: PromiseState, at: datetime, why: str, message_id: int | None = None) -> None:
        """Go to another state, for a reason."""
        self.state = state
        self.moves.append(PromiseMove(at, state, why, message_id))


@dataclass
class _Book:
    """The ledger under construction."""

    facts: Facts
    grace_minutes: int
    entries: list[_Entry] = field(default_factory=list)

    def open_at(self, moment: datetime) -> Iterator[_Entry]:
        """The entries that are neither settled nor past their grace at `moment`; those past it are missed first."""
        for entry in self.entries:
            _miss(entry, moment)
            if entry.state not in _FINAL:
                yield entry


def follow(facts: Facts, messages: Sequence[Msg], now: datetime, grace_minutes: int) -> tuple[LedgerEntry, ...]:
    """The ledger at `now`; `messages` are those of the conversation up to now in order of time, machines left out."""
    book = _Book(facts, grace_minutes)
    if not _promises(facts, messages):
        return ()
    linked = [m for m in facts.elsewhere if m.sent_at <= now and not m.automatic and _linked(m, messages)]
    for msg in sorted([*messages, *linked], key=lambda m: (m.sent_at, m.id)):
        if msg.direction is Direction.IN:
            _heard(book, msg)
        elif msg.direction is Direction.OUT:
            _answered(book, msg)
            if not any(msg is other for other in linked):
                _promised(book, msg)
    _force(book, facts.forced, now)
    for entry in book.entries:
        _miss(entry, now)
    return tuple(_closed(entry) for entry in book.entries)


def _promises(facts: Facts, messages: Sequence[Msg]) -> bool:
    return bool(facts.forced) or any(m.reading.pledges for m in messages if m.direction is Direction.OUT)


def _promised(book: _Book, msg: Msg) -> None:
    for pledge in msg.reading.pledges:
        armed = pledge.kind is not PromiseKind.CONDITIONAL
        state = PromiseState.PENDING if armed else PromiseState.UNARMED
        entry = _Entry(msg, pledge, state, pledge.due, None)
        entry.grace = _grace(book, pledge.due, clock=pledge.clock) if armed else None
        entry.move(state, msg.sent_at, "we promised it" if armed else "we promised it on a condition", msg.id)
        book.entries.append(entry)


def _heard(book: _Book, msg: Msg) -> None:
    """What a message of the customer does to our promises: meets a condition, gives time, waives or confirms."""
    for entry in book.open_at(msg.sent_at):
        reading = msg.reading
        if entry.state is PromiseState.UNARMED:
            if _supplies(entry, msg):
                entry.due = entry.due or business.add_business(book.facts.calendar, msg.sent_at, entry.pledge.allowance)
                entry.grace = _grace(book, entry.due, clock=entry.pledge.clock)
                entry.move(PromiseState.PENDING, msg.sent_at, "the customer met the condition", msg.id)
        elif reading.has("withdrawn"):
            entry.move(PromiseState.WITHDRAWN, msg.sent_at, "the customer no longer needs it", msg.id)
        elif any(hit.part == "later" for hit in reading.group("release")):
            entry.move(PromiseState.MOVED, msg.sent_at, "the customer gave us more time", msg.id)
        elif entry.pledge.verb in {"send", "visit", "call"} and reading.has("received"):
            entry.move(PromiseState.KEPT, msg.sent_at, "the customer has it", msg.id)


def _supplies(entry: _Entry, msg: Msg) -> bool:
    """Whether the customer's message can be what the condition waited for: a file, the thing, or an answer."""
    if msg.attachments or msg.reading.has("supply"):
        return True
    return entry.msg.reading.reply is Reply.QUESTION_BACK and not msg.reading.closing


def _answered(book: _Book, msg: Msg) -> None:
    """What a message of ours does to earlier promises: keeps them, calls them off, or sets another time."""
    for entry in book.open_at(msg.sent_at):
        if entry.state is PromiseState.UNARMED:
            continue
        again = next((p for p in msg.reading.pledges if _same(entry, msg, p)), None)
        if again is not None and not _brings(entry, msg):
            _moved(entry, again, msg)
        elif msg.reading.has("cancelled") and not msg.attachments:
            entry.move(PromiseState.WITHDRAWN, msg.sent_at, "we called it off", msg.id)
        elif _keeps(entry, msg):
            entry.move(PromiseState.KEPT, msg.sent_at, "our message keeps it", msg.id)


def _moved(entry: _Entry, again: Pledge, msg: Msg) -> None:
    if again.due == entry.due or again.assumed:
        entry.move(PromiseState.SUPERSEDED, msg.sent_at, "we said it again", msg.id)
    else:
        entry.move(PromiseState.MOVED, msg.sent_at, "we gave another time", msg.id)


def _same(entry: _Entry, msg: Msg, pledge: Pledge) -> bool:
    """Whether a later promise is about the same thing: the same kind of work, or half the words in common."""
    if pledge.kind is PromiseKind.CONDITIONAL:
        return False
    if pledge.verb == entry.pledge.verb or msg.reading.has("moved"):
        return True
    mine, other = _words(entry.quote), _words(msg.text[pledge.start : pledge.end])
    return bool(mine and other) and len(mine & other) / min(len(mine), len(other)) >= _SAME


def _words(text: str) -> set[str]:
    return {word for word in (w.strip(".,;:!?()").lower() for w in text.split()) if len(word) > _SHORT_WORD}


def _brings(entry: _Entry, msg: Msg) -> bool:
    """Whether a message that promises something again also brings what was promised before."""
    if msg.reading.has("moved"):
        return False
    return entry.pledge.verb in {"send", "fix"} and bool(msg.attachments) and msg.reading.has("delivered")


def _keeps(entry: _Entry, msg: Msg) -> bool:
    """Whether a message of ours is what was promised: a file or link for `send`, word of the talk for `call` ..."""
    reading, verb = msg.reading, entry.pledge.verb
    if entry.pledge.kind is PromiseKind.ATTENDANCE:
        return True
    brought = bool(msg.attachments) or reading.has("delivered")
    match verb:
        case "call":
            return reading.has("spoken")
        case "visit":
            return reading.has("on_site", "spoken") or brought
        case "send":
            return brought or (reading.reply is Reply.SUBSTANTIVE and "://" in msg.text)
        case "fix":
            return brought or (reading.reply is Reply.SUBSTANTIVE and not reading.has("moved", "holding"))
        case _:
            return brought or reading.has("spoken") or reading.reply is Reply.SUBSTANTIVE


def _miss(entry: _Entry, now: datetime) -> None:
    if entry.state is not PromiseState.PENDING or entry.grace is None or now < entry.grace:
        return
    if entry.pledge.kind is PromiseKind.ATTENDANCE:
        entry.move(PromiseState.KEPT, entry.grace, "the date passed, and attending leaves no mail")
    else:
        entry.move(PromiseState.MISSED, entry.grace, "its time passed without it")


def _grace(book: _Book, due: datetime | None, *, clock: bool) -> datetime | None:
    """When a promise counts as missed: minutes after a clock time, else at the close of that business day."""
    if due is None:
        return None
    return due + timedelta(minutes=book.grace_minutes) if clock else business.end_of_day(book.facts.calendar, due)


def _force(book: _Book, forced: Sequence[ForcedPromise], now: datetime) -> None:
    """Lay what people settled by command over what the texts say."""
    for row in forced:
        if row.made_at is not None and row.made_at > now:
            continue
        entry = next((e for e in book.entries if (e.msg.id, e.pledge.start) == (row.message_id, row.start)), None)
        if entry is None:
            continue
        if row.due is not None and row.due != entry.due:
            entry.due, entry.grace = row.due, _grace(book, row.due, clock=True)
        if row.state is not None and row.state is not entry.state:
            entry.move(row.state, row.made_at or now, f"set by {row.made_by or 'a person'}")


def _linked(msg: Msg, messages: Sequence[Msg]) -> bool:
    """Whether a mail of another conversation is about this one: their subjects share a telling word."""
    return bool(messages) and bool(_telling(msg.subject) & _telling(messages[0].subject))


def _telling(subject: str) -> set[str]:
    """Words of a subject that name a thing: with a digit in them, such as `SP-3` or `90417`."""
    return {w for w in (w.strip(".,;:!?()[]").lower() for w in subject.split()) if any(ch.isdigit() for ch in w)}


def _closed(entry: _Entry) -> LedgerEntry:
    return LedgerEntry(
        message_id=entry.msg.id,
        start=entry.pledge.start,
        end=entry.pledge.end,
        quote=entry.quote,
        kind=entry.pledge.kind,
        made_by=entry.msg.author,
        made_at=entry.msg.sent_at,
        due=entry.due,
        grace_until=entry.grace,
        assumed=entry.pledge.assumed,
        state=entry.state,
        moves=tuple(entry.moves),
    )
