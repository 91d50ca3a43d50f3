"""The one way a change is written down: state, version and audit row in one transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from config.killpoint import killpoint
from config.words import Channel
from store import audit
from store.people import Person
from store.record import Escalation


@dataclass(frozen=True)
class By:
    """Who changes the record, on which road, when and why. `actor` is an address of ours, or `smokewatch`.

    `mail_domain` is what Message-IDs of the notices that follow from the change carry.
    """

    person_id: int | None
    actor: str
    channel: Channel
    now: datetime
    reason: str | None = None
    mail_domain: str = ""


@dataclass(frozen=True)
class Step:
    """What a change did, as the audit tells it. `reason` goes before the reason the road gave."""

    action: str
    from_value: str | None = None
    to_value: str | None = None
    reason: str | None = None
    detail: dict[str, Any] | None = None


def written(session: Session, by: By, esc: Escalation, step: Step) -> None:
    """Flush the change of `esc` that was just made, as a new version, and append its audit row."""
    esc.version += 1
    esc.changed_at = by.now
    session.flush()
    killpoint("K25")
    append(session, by, esc.number, step)


def append(session: Session, by: By, stream: str, step: Step) -> None:
    """Append an audit row that changes no escalation (a refused command, a new escalation's first row)."""
    audit.record(session, as_change(by, stream, step))


def as_change(by: By, stream: str, step: Step) -> audit.Change:
    """The audit row of a step."""
    return audit.Change(
        stream=stream,
        at=by.now,
        actor=by.actor,
        channel=by.channel,
        action=step.action,
        from_value=step.from_value,
        to_value=step.to_value,
        reason=step.reason or by.reason,
        detail=step.detail or {},
    )


def name_of(session: Session, person_id: int | None) -> str | None:
    """The address the audit names a person by, or None."""
    person = None if person_id is None else session.get(Person, person_id)
    return None if person is None else person.email
