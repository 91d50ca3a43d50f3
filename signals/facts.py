"""The facts a rule may look at: one conversation, its people, its account and its calendar, as plain data."""

from dataclasses import dataclass, field
from datetime import date, datetime

from config.words import Direction, Level, PromiseKind, PromiseState, Risk, Signal
from signals.calendar import Calendar
from signals.reading import Reading

__all__ = [
    "Assessment",
    "Before",
    "Calendar",
    "Facts",
    "Finding",
    "ForcedPromise",
    "Frailty",
    "Habit",
    "Handover",
    "LedgerEntry",
    "Msg",
    "Party",
    "PastEscalation",
    "PromiseMove",
    "Term",
]


@dataclass(frozen=True)
class Party:
    """Somebody on the header line: who, whether one of ours, and the title the best source knows."""

    address: str
    name: str = ""
    ours: bool = False
    team: str = ""
    title: str = ""
    title_source: str = ""
    shared: bool = False


@dataclass(frozen=True)
class Msg:
    """One message of the conversation, with what the reader found in its new text."""

    id: int
    message_id: str
    direction: Direction
    author: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    sent_at: datetime
    subject: str
    text: str
    automatic: bool
    attachments: int
    reading: Reading


@dataclass(frozen=True)
class ForcedPromise:
    """A promise set or settled by a person's command; it outranks what the texts say."""

    message_id: int | None
    start: int
    state: PromiseState | None
    due: datetime | None = None
    quote: str = ""
    made_at: datetime | None = None
    made_by: str = ""


@dataclass(frozen=True)
class PastEscalation:
    """An earlier issue of the account: an escalation, or, when not `escalated`, a conversation that came to its end."""

    subject: str
    closed_at: datetime | None
    priority: str
    escalated: bool = True


@dataclass(frozen=True)
class Frailty:
    """A reason why the account cannot take much more, in words; from when and until when it holds, if not always."""

    why: str
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, start: datetime, end: datetime) -> bool:
        """Whether it did so at any moment from `start` to `end`."""
        return (self.since is None or self.since <= end) and (self.until is None or self.until >= start)


@dataclass(frozen=True)
class Habit:
    """How somebody usually writes: customer mails of the last 180 days before this conversation's latest.

    `urgent` counts subjects that call themselves urgent, `tones` holds the complaint scores of the mails.
    """

    mails: int = 0
    urgent: int = 0
    tones: tuple[float, ...] = ()


@dataclass(frozen=True)
class Handover:
    """The record moved the escalation to another team."""

    at: datetime
    team: str
    why: str = ""


@dataclass(frozen=True)
class Before:
    """What stood at the last evaluation, for hysteresis: level and since when, by signal, and the risk."""

    levels: dict[Signal, tuple[Level, datetime]] = field(default_factory=dict)
    risk: Risk = Risk.LOW
    risk_since: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """Everything the rules see. Messages are in order of `sent_at`, then id; texts are new text only.

    `seen_before` maps an address to when it was last seen on the account's other support mail (90 days and more).
    `acquainted` says that the account was here before this conversation began.
    `habits` are by address; the key "" holds those of the whole account, "*" those of everybody.
    `swarming` says that many teams work on this by plan, `fragile` says why the account is.
    `elsewhere` holds our mail to the account in its other conversations, for a promise may be kept there.
    """

    messages: tuple[Msg, ...]
    parties: dict[str, Party]
    calendar: Calendar
    account_name: str = ""
    account_domains: frozenset[str] = frozenset()
    account_value: float | None = None
    renewal: date | None = None
    seen_before: dict[str, datetime] = field(default_factory=dict)
    forced: tuple[ForcedPromise, ...] = ()
    history: tuple[PastEscalation, ...] = ()
    before: Before = field(default_factory=Before)
    elsewhere: tuple[Msg, ...] = ()
    habits: dict[str, Habit] = field(default_factory=dict)
    handovers: tuple[Handover, ...] = ()
    swarming: bool = False
    fragile: tuple[Frailty, ...] = ()
    acquainted: bool = False


@dataclass(frozen=True)
class Finding:
    """One rule's statement with its proof: `quote` is `text[start:end]` of that message's new text, to the letter."""

    signal: Signal
    level: Level
    strength: float
    rule_id: str
    lexicon_version: str
    message_id: int
    start: int
    end: int
    quote: str
    found_at: datetime
    last_evidence_at: datetime
    clears_when: str
    features: dict[str, object] = field(default_factory=dict)
    contribution: float = 0.0
    from_level: Level = Level.CLEAR
    text_only: bool = False


@dataclass(frozen=True)
class PromiseMove:
    """One move of a promise, why, and the sentence that made it: `quote` stands to the letter in that message.

    What the clock alone does cites the promise itself; what a person commands may cite nothing.
    """

    at: datetime
    state: PromiseState
    why: str
    message_id: int | None = None
    quote: str = ""


@dataclass(frozen=True)
class LedgerEntry:
    """One promise found in a message of ours, and where it stands at the time of evaluation.

    `moved_to` is message and place of the promise that took its place, also where it was missed before that;
    `asked` says that the customer asked for another time, `ambiguous` that 03/04 could be either day.
    """

    message_id: int
    start: int
    end: int
    quote: str
    kind: PromiseKind
    made_by: str
    made_at: datetime
    due: datetime | None
    grace_until: datetime | None
    assumed: bool
    state: PromiseState
    moves: tuple[PromiseMove, ...]
    ambiguous: bool = False
    verb: str = ""
    moved_to: tuple[int, int] | None = None
    asked: bool = False


@dataclass(frozen=True)
class Term:
    """One term of the noisy-or score, as shown to people."""

    signal: Signal
    weight: float
    strength: float
    decay: float
    contribution: float


@dataclass(frozen=True)
class Assessment:
    """What the chain says of one conversation at one moment, and when time alone could change it.

    `shadow` holds what would stand, or stand higher, if the rules in shadow counted.
    """

    findings: tuple[Finding, ...]
    ledger: tuple[LedgerEntry, ...]
    score: float
    terms: tuple[Term, ...]
    risk: Risk
    next_review_at: datetime | None
    shadow: tuple[Finding, ...] = ()
