"""Takes changed fields of an escalation back to what they were, each with an audit row of its own."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from store.people import Person
from store.record import Escalation, UndoEntry
from workflow.change import By, Step, name_of, written
from workflow.closeout import PARTS
from workflow.errors import Refused
from workflow.locks import check_unlocked
from workflow.record import tell_owner

# Told in the audit under the names the changes themselves have; the times below follow silently.
_TOLD = {
    "state": "state",
    "owner_id": "owner",
    "priority": "priority",
    "path": "path",
    "waiting_on": "waiting_on",
    "swarming": "swarming",
    "next_step": "next_step",
    "root_cause": "root_cause",
    "resolution": "resolution",
    "customer_impact": "customer_impact",
    "internal_impact": "internal_impact",
    "lessons": "lessons",
    "type": "type",
    "category": "category",
    "affected_users": "affected_users",
    "steps_to_resolve": "steps_to_resolve",
    "path_to_green": "path_to_green",
    "links": "links",
    "custom": "field",
}
_COVERED = frozenset({"state", *PARTS})
"""What a locked closeout keeps as it is."""

_TIMES = ("next_step_due", "acknowledged_at", "resolved_at", "closed_at", "reopened_at")


def snapshot(esc: Escalation) -> dict[str, Any]:
    """The fields a command may change, as plain JSON."""
    told = {name: getattr(esc, name) for name in _TOLD}
    times = {name: getattr(esc, name) for name in _TIMES}
    return told | {name: None if at is None else at.isoformat() for name, at in times.items()}


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """The fields that differ, each as [before, after]."""
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def restore(session: Session, by: By, esc: Escalation, entry: UndoEntry) -> None:
    """Put back the fields that the entry's command changed.

    Raises:
        Locked: one of them belongs to a locked closeout.
        Refused: somebody has changed one of them since; it is named.

    """
    fields: dict[str, list[Any]] = entry.before.get("fields", {})
    if _COVERED & set(fields):
        check_unlocked(session, esc)
    now = snapshot(esc)
    for name, (_before, after) in fields.items():
        if now[name] != after:
            what = name.removesuffix("_id").removesuffix("_at").replace("_", " ")
            raise Refused(f"The {what} of {esc.number} was changed since, so I left everything as it is.")
    _check_owner(session, fields)
    for name in _TIMES:
        if name in fields:
            before = fields[name][0]
            setattr(esc, name, None if before is None else datetime.fromisoformat(before))
    because = replace(by, reason=f"undo of `{entry.verb}`")
    for name, action in _TOLD.items():
        if name in fields:
            setattr(esc, name, fields[name][0])
            written(session, because, esc, Step(action, *_said(session, name, fields[name])))
    if set(fields) & set(_TIMES) and not set(fields) & set(_TOLD):
        written(session, because, esc, Step("next_step_due"))
    if fields.get("owner_id", [None])[0] not in (None, by.person_id):
        tell_owner(session, by, esc, fields["owner_id"][0], by.actor)


def _check_owner(session: Session, fields: dict[str, list[Any]]) -> None:
    before = fields.get("owner_id", [None])[0]
    if before is not None and not session.get_one(Person, before).active:
        raise Refused("The owner before has left, so I left everything as it is; use `assign @name`.")


def _said(session: Session, name: str, pair: list[Any]) -> tuple[str | None, str | None]:
    before, after = (name_of(session, each) if name == "owner_id" else _words(each) for each in pair)
    return after, before


def _words(value: Any) -> str | None:
    """A value as the audit has it; of a list its parts, of a team's own fields each with its name."""
    if isinstance(value, dict):
        value = [f"{name}: {each}" for name, each in sorted(value.items())]
    if isinstance(value, list):
        return ", ".join(value) or None
    return None if value is None else str(value)
