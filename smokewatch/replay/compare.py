"""Says which escalations and notices would appear or vanish when one policy takes the place of another."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from smokewatch.replay.events import stamp
from smokewatch.replay.outcome import Outcome, Posted, Raised


class Turn(StrEnum):
    """What the new policy does to something."""

    APPEARS = "appears"
    VANISHES = "vanishes"
    MOVES = "moves"
    """It is there under both, at another time."""


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same; `before` is when it happened under the old policy, where it moves."""

    turn: Turn
    thing: Raised | Posted
    before: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        what = "escalation" if isinstance(self.thing, Raised) else "notice"
        moved = {"before": stamp(self.before)} if self.before else {}
        return {"change": self.turn.value, "what": what, **moved, **self.thing.to_json()}


def compare(old: Outcome, new: Outcome) -> list[Difference]:
    """Every difference, escalations first, each kind in the order of time."""
    return [*_escalations(old.raised, new.raised), *_notices(old.posted, new.posted)]


def _escalations(old: Iterable[Raised], new: Iterable[Raised]) -> list[Difference]:
    """A conversation may be escalated again after a closed one, so the same key may come twice."""
    found: list[Difference] = []
    was, now = _by(old, lambda each: each.key), _by(new, lambda each: each.key)
    for key in was.keys() | now.keys():
        found += _turns(was[key], now[key], lambda each: each.opened_at)
    return sorted(found, key=_order)


def _notices(old: Iterable[Posted], new: Iterable[Posted]) -> list[Difference]:
    """Two mails are the same when person, kind, escalation and proof are, whatever the minute."""
    found: list[Difference] = []
    was, now = _by(old, _name), _by(new, _name)
    for key in was.keys() | now.keys():
        found += [each for each in _turns(was[key], now[key], lambda p: p.at) if each.turn is not Turn.MOVES]
    return sorted(found, key=_order)


def _name(each: Posted) -> tuple[object, ...]:
    return each.to, each.kind, each.about


def _by(things: Iterable[Any], name: Any) -> defaultdict[Any, list[Any]]:
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    for each in things:
        found[name(each)].append(each)
    return found


def _turns(old: list[Any], new: list[Any], at: Any) -> Iterator[Difference]:
    """Pair what happened at the same time, then the rest in order; what is left appears or vanishes."""
    same = {at(each) for each in old} & {at(each) for each in new}
    was, now = ([each for each in side if at(each) not in same] for side in (old, new))
    for before, after in zip(was, now, strict=False):
        yield Difference(Turn.MOVES, after, at(before))
    yield from (Difference(Turn.VANISHES, each) for each in was[len(now) :])
    yield from (Difference(Turn.APPEARS, each) for each in now[len(was) :])


def _order(difference: Difference) -> tuple[datetime, str]:
    """By time, and always the same for what happens at one moment."""
    thing = difference.thing
    return thing.opened_at if isinstance(thing, Raised) else thing.at, str(difference.to_json())
