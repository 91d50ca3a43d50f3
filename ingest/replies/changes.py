"""Finds what others changed since a reply's alert was written, where the reply's commands would overwrite it."""

import json
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.people import Person
from store.record import Audit
from store.tokens import Claim
from workflow.closeout import PARTS
from workflow.commands import Command

OVERWRITES: dict[str, frozenset[str]] = {
    # A state only moves on, and the workflow refuses what does not fit: only a reopening makes an old word wrong.
    "ack": frozenset({"reopened"}),
    "start": frozenset({"reopened"}),
    "resolve": frozenset({"reopened"}),
    # It would keep the drafts it carries in place of those somebody else wrote meanwhile.
    "close": frozenset({"reopened", *PARTS}),
    "root cause": frozenset({"root_cause"}),
    "resolution": frozenset({"resolution"}),
    "customer impact": frozenset({"customer_impact"}),
    "internal impact": frozenset({"internal_impact"}),
    "lessons": frozenset({"lessons"}),
    "own": frozenset({"owner"}),
    "assign": frozenset({"owner"}),
    "accept": frozenset({"owner"}),
    "priority": frozenset({"priority"}),
    "sev": frozenset({"path"}),
    "milestone": frozenset({"milestone"}),
    "reached": frozenset({"milestone reached"}),
    "raci": frozenset({"raci"}),
    "waiting on": frozenset({"waiting_on"}),
    "next": frozenset({"next_step"}),
    "type": frozenset({"type"}),
    "category": frozenset({"category"}),
    "users": frozenset({"affected_users"}),
    "steps": frozenset({"steps_to_resolve"}),
    "path to green": frozenset({"path_to_green"}),
    "set": frozenset({"field"}),
    "anchor": frozenset({"anchor"}),
    "handoff": frozenset({"anchor"}),
}
"""Verb -> audit actions whose newer result it would overwrite unseen."""

_OF_ITEMS = frozenset({"done", "doing", "move", "drop"})
_ON_ITEMS = ("action item state", "action item due", "action item assignee", "action items")
"""Audit actions that change action items; each names its items by number."""


def changed_since(session: Session, claim: Claim, person: Person, verbs: Iterable[str]) -> tuple[str, ...]:
    """Sentences for the newer changes of others that these verbs would overwrite; empty when there are none."""
    touched = frozenset().union(*(OVERWRITES.get(verb, frozenset()) for verb in verbs))
    if not touched:
        return ()
    rows = session.scalars(
        select(Audit)
        .where(
            Audit.stream == f"ESC-{claim.escalation_id}",
            Audit.seq > claim.seen,
            Audit.action.in_(touched),
            Audit.actor != person.email,
        )
        .order_by(Audit.seq)
    )
    return tuple(_sentence(row) for row in rows)


def items_changed_since(session: Session, claim: Claim, person: Person, commands: Iterable[Command]) -> tuple[str, ...]:
    """The same for action items: only a change of the very item that a command names."""
    named = {command.args["n"] for command in commands if command.verb in _OF_ITEMS}
    if not named:
        return ()
    rows = session.scalars(
        select(Audit)
        .where(Audit.stream == f"ESC-{claim.escalation_id}", Audit.seq > claim.seen, Audit.action.in_(_ON_ITEMS))
        .where(Audit.actor != person.email)
        .order_by(Audit.seq)
    )
    found = [(row, sorted(_items_of(row) & named)) for row in rows]
    return tuple(f"{row.actor} changed action item {', '.join(map(str, items))}" for row, items in found if items)


def _items_of(row: Audit) -> set[int]:
    detail = json.loads(row.detail)
    if row.action == "action items":
        return {each["n"] for each in detail["was"]}
    return {detail["n"] if "n" in detail else int((row.to_value or "0").split(" ")[0])}


def _sentence(row: Audit) -> str:
    what = row.action.replace("_", " ")
    return f"{row.actor} changed the {what} from {row.from_value or 'none'} to {row.to_value or 'none'}"
