"""What every rule is given: the facts up to now, the ledger, who has the ball, and what the rules before it found."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from config.policy import Policy
from config.words import Direction, Level, Signal
from signals.evidence import Cited
from signals.facts import Facts, LedgerEntry, Msg
from signals.turns import Ask


@dataclass
class View:
    """One conversation at one moment; `found` grows along the chain, so that a rule can look at those before it."""

    facts: Facts
    policy: Policy
    now: datetime
    messages: tuple[Msg, ...]
    ledger: tuple[LedgerEntry, ...] = ()
    asks: tuple[Ask, ...] = ()
    found: dict[Signal, "Raised"] = field(default_factory=dict)

    @property
    def heard(self) -> list[Msg]:
        """The customer's messages."""
        return [m for m in self.messages if m.direction is Direction.IN]

    def level(self, signal: Signal) -> Level:
        """The level an earlier rule of the chain raised, after decay."""
        raised = self.found.get(signal)
        return raised.standing if raised else Level.CLEAR


@dataclass
class Raised:
    """What a rule says, before decay and hysteresis.

    `strength` is that of fresh evidence; it fades by `half_life` business days from `fades_from` on (not at all while
    that is None). `standing` is the level after decay; the chain sets it.
    """

    signal: Signal
    level: Level
    strength: float
    cited: Cited
    found_at: datetime
    last_evidence_at: datetime
    clears_when: str
    half_life: float
    fades_from: datetime | None
    features: dict[str, object] = field(default_factory=dict)
    text_only: bool = False
    standing: Level = Level.CLEAR


@dataclass(frozen=True)
class Verdict:
    """A rule's answer: what it raises, if anything, and when time alone would let it say something else."""

    raised: Raised | None = None
    review: Sequence[datetime] = ()


def version_of(cited: Cited) -> str:
    """The version of the lexicon the cited message was read with."""
    return cited.msg.reading.lexicon_version
