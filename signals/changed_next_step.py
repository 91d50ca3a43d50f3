"""S8: a date of ours moved, or a promise was taken back, while it stood."""

from dataclasses import dataclass
from datetime import datetime

from config.words import Direction, Level, PromiseState, Signal
from signals import business
from signals.evidence import Cited, cite_best
from signals.facts import LedgerEntry, Msg
from signals.levels import STRENGTHS
from signals.view import Raised, Verdict, View

CLEARS = "what we promised last is kept; then it fades"

_SECOND, _THIRD = 2, 3
_ROUNDING = 1e-6


@dataclass(frozen=True)
class _Change:
    """One change of plan. `days` are business days later; `counts` is how far it goes towards the number of slips.

    What was missed and then promised again counts only beside a date that slipped in time: alone it is S2's matter.
    """

    at: datetime
    old: LedgerEntry
    new: LedgerEntry | None
    days: float
    open: bool
    withdrawn: bool
    cited: Cited


_NEXT_MORNING = 0.1
"""Business days of a slip from the evening to the opening of the next day, between which no business hour lies."""


def judge(view: View) -> Verdict:
    """Level 1: one slip of less than two business days, or another hand. 2: two, or as many days, or withdrawn.

    3: three slips. What the customer asked for, and a correction within two hours, is no change.
    """
    changes = sorted(_changes(view), key=lambda c: (c.at, c.old.message_id, c.old.start))
    last = next((c for c in reversed(changes) if c.open), None)
    if last is None:
        return Verdict()
    level = _level(view, changes)
    return Verdict(
        Raised(
            signal=Signal.CHANGED_NEXT_STEP,
            level=level,
            strength=STRENGTHS[level],
            cited=last.cited,
            found_at=last.at,
            last_evidence_at=last.at,
            clears_when=CLEARS,
            half_life=view.policy.signals.half_lives[Signal.CHANGED_NEXT_STEP],
            fades_from=_settled_at(view, last),
            features={"changes": [_told(view, c) for c in changes], "days": round(sum(c.days for c in changes), 1)},
        )
    )


def _level(view: View, changes: list[_Change]) -> Level:
    slips = sum(c.days > 0 for c in changes)
    total = sum(c.days for c in changes)
    if slips >= _THIRD:
        return Level.CRITICAL
    far = total >= view.policy.signals.slip_raised_business_days - _ROUNDING
    return Level.RAISED if slips >= _SECOND or far or any(c.withdrawn for c in changes) else Level.WATCH


def _changes(view: View) -> list[_Change]:
    by_place = {(e.message_id, e.start): e for e in view.ledger}
    messages = {m.id: m for m in view.messages}
    found = []
    for entry in view.ledger:
        if entry.asked or entry.assumed or entry.due is None:
            continue
        if entry.moved_to in by_place:
            change = _moved(view, entry, by_place[entry.moved_to], messages)
        else:
            change = _withdrawn(entry, messages)
        if change is not None and not _is_correction(view, entry, change.at):
            found.append(change)
    return found


def _moved(view: View, old: LedgerEntry, new: LedgerEntry, messages: dict[int, Msg]) -> _Change | None:
    """A later date; the same date from another hand is a change too, but no slip."""
    if old.due is None or new.due is None or new.assumed or new.message_id not in messages:
        return None
    days = max(0.0, business.business_days_between(view.facts.calendar, old.due, new.due))
    if new.due.astimezone(view.facts.calendar.clock).date() > old.due.astimezone(view.facts.calendar.clock).date():
        days = max(days, _NEXT_MORNING)
    if days <= _ROUNDING and (new.due != old.due or new.made_by == old.made_by):
        return None
    cited = Cited(messages[new.message_id], new.start, new.end, "ledger.moved")
    return _Change(new.made_at, old, new, days, old.state is not PromiseState.MISSED, False, cited)


def _withdrawn(entry: LedgerEntry, messages: dict[int, Msg]) -> _Change | None:
    """A promise that a message of ours took back; what the customer waives is their own change."""
    last = entry.moves[-1] if entry.moves else None
    msg = messages.get(last.message_id or 0) if last else None
    if entry.state is not PromiseState.WITHDRAWN or last is None or msg is None or msg.direction is not Direction.OUT:
        return None
    return _Change(last.at, entry, None, 0.0, True, True, cite_best(msg, "ledger.withdrawn", "cancelled"))


def _is_correction(view: View, entry: LedgerEntry, at: datetime) -> bool:
    hours = business.business_hours_between(view.facts.calendar, entry.made_at, at)
    return hours < view.policy.signals.clarification_business_hours


def _settled_at(view: View, last: _Change) -> datetime | None:
    """When the promise at the end of the line was kept or waived; None while it is open, missed or taken back."""
    by_place = {(e.message_id, e.start): e for e in view.ledger}
    end, seen = last.new, 0
    while end is not None and end.moved_to in by_place and seen < len(view.ledger):
        end, seen = by_place[end.moved_to], seen + 1
    return end.moves[-1].at if end is not None and end.state is PromiseState.KEPT else None


def _told(view: View, change: _Change) -> dict[str, object]:
    old, new = change.old, change.new
    return {
        "at": change.at.isoformat(),
        "old": old.quote,
        "new": new.quote if new else change.cited.quote,
        "said": f"{_day(view, old)} to {_day(view, new)} (+{change.days:.2g} bd)" if new else f"{_day(view, old)} off",
        "days": round(change.days, 2),
        "missed_before": not change.open,
    }


def _day(view: View, entry: LedgerEntry) -> str:
    local = entry.due.astimezone(view.facts.calendar.clock) if entry.due else None
    return f"{local:%a} {local.day} {local:%b}" if local else "no date"
