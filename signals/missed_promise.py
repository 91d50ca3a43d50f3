"""S2: a promise of ours ran out and nothing kept it."""

from datetime import datetime

from config.words import Level, PromiseState, Signal
from signals import business
from signals.evidence import Cited
from signals.facts import LedgerEntry
from signals.levels import STRENGTHS
from signals.view import Raised, Verdict, View

CLEARS = "we have kept our word for some weeks; nothing undoes it sooner"


def judge(view: View) -> Verdict:
    """Level 2 for a missed promise, 3 for two on one issue or when an executive or the account is at stake too.

    A promise whose time was only assumed never passes level 1. With `warn_before_due` a promise near its time is
    level 1 as well; without, it stands in the ledger only, because mail cannot show whether a draft exists.
    """
    missed = [e for e in view.ledger if e.state is PromiseState.MISSED]
    review = _review(view)
    stated = [e for e in missed if not e.assumed]
    if stated:
        last = max(stated, key=lambda e: (_missed_at(e), e.message_id, e.start))
        level = Level.CRITICAL if len(stated) > 1 or _at_stake(view) else Level.RAISED
        return Verdict(_raised(view, last, level, len(stated)), review)
    if missed:
        last = max(missed, key=lambda e: (_missed_at(e), e.message_id, e.start))
        return Verdict(_raised(view, last, Level.WATCH, 0), review)
    soon = [e for e in view.ledger if _due_soon(view, e)] if view.policy.signals.warn_before_due else []
    return Verdict(_raised(view, soon[0], Level.WATCH, 0) if soon else None, review)


def _at_stake(view: View) -> bool:
    return max(view.level(Signal.EXECUTIVE_VISIBILITY), view.level(Signal.ACCOUNT_RISK)) >= Level.RAISED


def _raised(view: View, entry: LedgerEntry, level: Level, count: int) -> Raised | None:
    msg = next((m for m in view.messages if m.id == entry.message_id), None)
    if msg is None:
        return None
    at = _missed_at(entry) if entry.state is PromiseState.MISSED else view.now
    return Raised(
        signal=Signal.MISSED_PROMISE,
        level=level,
        strength=STRENGTHS[level],
        cited=Cited(msg, entry.start, entry.end, "ledger.missed"),
        found_at=at,
        last_evidence_at=at,
        clears_when=CLEARS,
        half_life=view.policy.signals.half_lives[Signal.MISSED_PROMISE],
        fades_from=at,
        features={
            "due": entry.due.isoformat() if entry.due else None,
            "assumed": entry.assumed,
            "missed": count,
            "fact": "no message to the customer kept it",
        },
    )


def _missed_at(entry: LedgerEntry) -> datetime:
    return entry.moves[-1].at if entry.moves else entry.made_at


def _due_soon(view: View, entry: LedgerEntry) -> bool:
    return entry.state is PromiseState.PENDING and entry.due is not None and _warning(view, entry.due) <= view.now


def _warning(view: View, due: datetime) -> datetime:
    return business.add_business(view.facts.calendar, due, -view.policy.alerts.promise_warning_business_hours)


def _review(view: View) -> list[datetime]:
    pending = [e for e in view.ledger if e.state is PromiseState.PENDING and e.due and e.grace_until]
    return [at for e in pending if e.due and e.grace_until for at in (_warning(view, e.due), e.grace_until)]
