"""The promise ledger: every promise of ours, followed from its sentence to its end, each move with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.words import Direction, PromiseKind, PromiseState
from signals import business
from signals.evidence import cite_best
from signals.facts import Facts, ForcedPromise, LedgerEntry, Msg, PromiseMove
from signals.fulfilment import Promised, brings, is_linked, is_meant, is_named, keeps, put_off, said_again, supplies
from signals.marks import Pledge

_FAR = 3
"""Business days from which on a promise lies too far off to be kept by a mail that speaks of something else."""

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
    moved_to: tuple[int, int] | None = None
    asked: bool = False

    @property
    def promised(self) -> Promised:
        """The promise as it stands now."""
        return Promised(self.msg, self.pledge, self.due)

    def move(self, state: PromiseState, at: datetime, why: str) -> None:
        """Go to another state by the clock or a command; what the promise said is the proof."""
        self.state = state
        self.moves.append(PromiseMove(at, state, why, self.msg.id, self.promised.quote))

    def moved_by(self, msg: Msg, state: PromiseState, why: str, *groups: str) -> None:
        """Go to another state because of a message; the sentence that holds one of the groups is the proof."""
        self.state = state
        cited = cite_best(msg, "ledger", *groups)
        self.moves.append(PromiseMove(msg.sent_at, state, why, msg.id, cited.quote))


@dataclass
class _Book:
    """The ledger under construction."""

    facts: Facts
    grace_minutes: int
    entries: list[_Entry] = field(default_factory=list)

    def open_at(self, moment: datetime) -> list[_Entry]:
        """The entries that are neither settled nor past their grace at `moment`; those past it are missed first."""
        for entry in self.entries:
            _miss(entry, moment)
        return [entry for entry in self.entries if entry.state not in _FINAL]


def follow(facts: Facts, messages: Sequence[Msg], now: datetime, grace_minutes: int) -> tuple[LedgerEntry, ...]:
    """The ledger at `now`; `messages` are those of the conversation up to now in order of time, machines left out."""
    book = _Book(facts, grace_minutes)
    if not _promises(facts, messages):
        return ()
    linked = [m for m in facts.elsewhere if m.sent_at <= now and not m.automatic and is_linked(m, messages)]
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
        entry.move(state, msg.sent_at, "we promised it" if armed else "we promised it on a condition")
        book.entries.append(entry)


def _heard(book: _Book, msg: Msg) -> None:
    """What a message of the customer does to our promises: meets a condition, gives time, waives or confirms."""
    reading = msg.reading
    for entry in book.open_at(msg.sent_at):
        if entry.state is PromiseState.UNARMED:
            if supplies(entry.promised, msg):
                _arm(book, entry, msg)
        elif reading.has("withdrawn"):
            entry.moved_by(msg, PromiseState.WITHDRAWN, "the customer no longer needs it", "withdrawn")
        elif any(hit.part == "later" for hit in reading.group("release")):
            entry.asked = True
            entry.moved_by(msg, PromiseState.MOVED, "the customer gave us more time", "release")
        elif entry.pledge.verb in {"send", "visit", "call"} and reading.has("received"):
            entry.moved_by(msg, PromiseState.KEPT, "the customer has it", "received")
        else:
            entry.asked = entry.asked or reading.has("reschedule")


def _arm(book: _Book, entry: _Entry, msg: Msg) -> None:
    entry.due = entry.due or _allowed(book, entry.pledge.allowance, msg.sent_at)
    entry.grace = _grace(book, entry.due, clock=entry.pledge.clock)
    entry.moved_by(msg, PromiseState.PENDING, "the customer met the condition", "supply")


def _allowed(book: _Book, allowance: float, met_at: datetime) -> datetime:
    """When a promise falls due whose condition was met just now; no allowance means the same day."""
    calendar = book.facts.calendar
    return business.add_business(calendar, met_at, allowance) if allowance else business.end_of_day(calendar, met_at)


def _answered(book: _Book, msg: Msg) -> None:
    """What a message of ours does to earlier promises: keeps them, calls them off, or sets another time."""
    standing = [e for e in book.open_at(msg.sent_at) if e.state is PromiseState.PENDING]
    _redated(book, msg)
    direct = {id(e): again for e in standing if (again := said_again(e.promised, msg))}
    called_off = _called_off(standing, msg)
    distant = _distant(book, standing, msg)
    for entry in standing:
        again = direct.get(id(entry)) or (None if direct else put_off(entry.promised, msg))
        if again is not None and not again.assumed and not brings(entry.promised, msg):
            _moved(entry, again, msg)
        elif entry in called_off:
            entry.moved_by(msg, PromiseState.WITHDRAWN, "we called it off", "cancelled")
        elif again is not None and not brings(entry.promised, msg):
            _moved(entry, again, msg)
        elif entry not in distant and keeps(entry.promised, msg):
            entry.moved_by(msg, PromiseState.KEPT, "our message keeps it", "delivered", "spoken", "on_site")


def _redated(book: _Book, msg: Msg) -> None:
    """A missed promise stays missed, but the promise that comes for it is known."""
    for entry in book.entries:
        if entry.state is PromiseState.MISSED and entry.moved_to is None:
            again = said_again(entry.promised, msg) or put_off(entry.promised, msg)
            entry.moved_to = (msg.id, again.start) if again and not again.assumed else None


def _distant(book: _Book, standing: list[_Entry], msg: Msg) -> list[_Entry]:
    """The promises of a far day that a message does not name, while another one is due first: that is what it keeps."""
    far = [
        e for e in standing if e.due and business.business_days_between(book.facts.calendar, msg.sent_at, e.due) > _FAR
    ]
    return [e for e in far if not is_named(e.promised, msg)] if len(far) < len(standing) else []


def _called_off(standing: list[_Entry], msg: Msg) -> list[_Entry]:
    """The promises a message calls off: those it names, or all where it names none."""
    hits = msg.reading.group("cancelled")
    if not hits or msg.attachments:
        return []
    sentence = cite_best(msg, "ledger", "cancelled").quote
    return [e for e in standing if is_meant(e.promised, sentence)] or standing


def _moved(entry: _Entry, again: Pledge, msg: Msg) -> None:
    same = again.due == entry.due or again.assumed
    state, why = (PromiseState.SUPERSEDED, "we said it again") if same else (PromiseState.MOVED, "we gave another time")
    entry.state, entry.moved_to = state, (msg.id, again.start)
    entry.moves.append(PromiseMove(msg.sent_at, state, why, msg.id, msg.text[again.start : again.end]))


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


def _closed(entry: _Entry) -> LedgerEntry:
    return LedgerEntry(
        message_id=entry.msg.id,
        start=entry.pledge.start,
        end=entry.pledge.end,
        quote=entry.promised.quote,
        kind=entry.pledge.kind,
        made_by=entry.msg.author,
        made_at=entry.msg.sent_at,
        due=entry.due,
        grace_until=entry.grace,
        assumed=entry.pledge.assumed,
        state=entry.state,
        moves=tuple(entry.moves),
        ambiguous=entry.pledge.ambiguous,
        verb=entry.pledge.verb,
        moved_to=entry.moved_to,
        asked=entry.asked,
    )
