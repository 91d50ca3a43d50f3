"""Counts what only whole runs show: conversations flagged, lift, flaps, notices for each person and change."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

RISKS = ("low", "elevated", "high", "critical")
FLAP = timedelta(days=1)
"""A risk that falls and is back where it was within this time has flapped."""


@dataclass(frozen=True)
class Conversation:
    """One conversation at the end of a run."""

    account: str | None
    flagged: bool


@dataclass(frozen=True)
class Whole:
    """The whole system in figures. `lift` is the share of true ones among the flagged over their share among all."""

    conversations: int
    flagged: int
    true: int
    caught: int

    @property
    def recall(self) -> float:
        """Share of the true ones that were flagged."""
        return self.caught / (self.true or 1)

    @property
    def share(self) -> float:
        """Share of all conversations that were flagged."""
        return self.flagged / (self.conversations or 1)

    @property
    def lift(self) -> float:
        """How much denser true ones are among the flagged than among all."""
        return (self.caught / (self.flagged or 1)) / ((self.true / (self.conversations or 1)) or 1)


def whole(seen: Sequence[Conversation], truth: Iterable[dict[str, Any]]) -> Whole:
    """A conversation is a true one when its account's story expects an escalation."""
    wanted = {story["account"] for story in truth if story["truth"]["escalation"]["expected"]}
    true = [each for each in seen if each.account in wanted]
    return Whole(len(seen), sum(each.flagged for each in seen), len(true), sum(each.flagged for each in true))


def flaps(events: Iterable[dict[str, Any]]) -> int:
    """How often a conversation's risk fell and was back within a day."""
    fell: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    count = 0
    for event in events:
        if event["event"] != "risk":
            continue
        at, before, after = _moment(event["at"]), RISKS.index(event["from"]), RISKS.index(event["to"])
        if after < before:
            fell[event["conversation"]].append((at, before))
        else:
            count += any(at - when < FLAP and after >= height for when, height in fell.pop(event["conversation"], []))
    return count


def most_notices(events: Iterable[dict[str, Any]]) -> int:
    """The most mails that one person got about one escalation at one moment."""
    told = Counter((e["at"], e["to"], e["escalation"]) for e in events if e["event"] == "notice")
    return max(told.values(), default=0)


def by_kind(events: Iterable[dict[str, Any]]) -> dict[str, int]:
    """How many notices of each kind were posted."""
    return dict(Counter(e["kind"] for e in events if e["event"] == "notice").most_common())


def _moment(words: str) -> datetime:
    return datetime.fromisoformat(words)
