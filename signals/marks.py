"""What the reader marks in a text: phrases, promises, dates, sums, tone and how much a reply is worth, with places."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from config.words import PromiseKind

Span = tuple[int, int]


class Reply(IntEnum):
    """How much a message of ours answers, in rising order."""

    NONE = 0
    AUTO_ACK = 1
    HOLDING = 2
    QUESTION_BACK = 3
    SUBSTANTIVE = 4


@dataclass(frozen=True)
class Hit:
    """A phrase of the lexicon in the text: `group` is what it speaks for, `part` the sub-type within that."""

    rule_id: str
    group: str
    part: str
    start: int
    end: int


@dataclass(frozen=True)
class Pledge:
    """A promise as it was written. `verb` is the kind of work: send, fix, call, visit or reply.

    `due` is the stated or, when `assumed`, the default time; a conditional promise without a date of its own has none
    and gets `allowance` business hours from the moment its condition is met, with none the rest of that day. `clock`
    says a time of day was stated, `ambiguous` that the date could be read as day/month or month/day.
    """

    start: int
    end: int
    kind: PromiseKind
    verb: str
    due: datetime | None
    clock: bool = False
    assumed: bool = False
    ambiguous: bool = False
    allowance: float = 0.0


@dataclass(frozen=True)
class Need:
    """A time the customer says they need something by, as it was written."""

    start: int
    end: int
    due: datetime
    clock: bool = False
    ambiguous: bool = False


@dataclass(frozen=True)
class Amount:
    """A sum of money in the text; `currency` is an ISO 4217 code, or empty where the text does not say."""

    start: int
    end: int
    value: float
    currency: str = ""


@dataclass(frozen=True)
class Tone:
    """How much a text complains, in logits, and its sentence that does so most."""

    score: float
    start: int
    end: int
