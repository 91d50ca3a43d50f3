"""Reads and writes how a person of ours wants to be told: the hour of the digest, quiet hours, alerts a day."""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

from sqlalchemy.orm import Session

from store.audit import SYSTEM
from store.people import Person
from workflow.change import By, Step, append
from workflow.csvfile import BadCellError, CsvRow
from workflow.errors import Refused

DEFAULT = "default"
"""What takes a preference back to the policy's value; in a CSV file an empty cell does so too."""
MOST_ALERTS = 1_000


def clock(text: str) -> time:
    """A time of day as in 09:00 or 9:00."""
    try:
        return time.fromisoformat(text.zfill(5)).replace(tzinfo=None)
    except ValueError:
        raise BadCellError(f'"{text[:40]}" is no time of day', "Write it as in 09:00.") from None


def _hour(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= 23):  # noqa: PLR2004 - hours of a day
        raise BadCellError(f'"{text[:40]}" is no hour of the day', "Write a whole number from 0 to 23.")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text[:9]) <= MOST_ALERTS):
        raise BadCellError(
            f'"{text[:40]}" is no number of alerts a day', f"Write a whole number from 0 to {MOST_ALERTS}."
        )
    return int(text)


def _wall(text: str) -> str:
    return f"{clock(text):%H:%M}"


_READ: dict[str, Callable[[str], int | str]] = {
    "digest_hour": _hour,  # the local hour at which the daily digest comes
    "quiet_from": _wall,  # from here to quiet_until no alert comes, but for those that break through
    "quiet_until": _wall,
    "daily_budget": _count,  # alerts a day; what is over it stands in the digest
}
COLUMNS = tuple(_READ)
"""The names in CSV files, in `person.preferences` and, with hyphens, on the command line."""


def of_row(row: CsvRow) -> dict[str, Any]:
    """The preferences a CSV row names; None for the policy's value, nothing for a column the file does not have."""
    return {name: row.take(name, _or_default(read), None) for name, read in _READ.items() if row.has(name)}


def with_changes(preferences: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The preferences after the changes; None takes one away."""
    return {name: value for name, value in {**preferences, **changes}.items() if value is not None}


def prefer(session: Session, by: By, person: Person, texts: Mapping[str, str]) -> None:
    """Set a person's preferences from what was typed, with an audit row.

    Raises:
        Refused: a value cannot be used; nothing was changed.

    """
    try:
        changes = {name: _or_default(_READ[name])(text.strip()) for name, text in texts.items()}
    except BadCellError as bad:
        raise Refused(f"{bad.what}. {bad.fix}") from bad
    before = person.preferences
    person.preferences = with_changes(before, changes)
    session.flush()
    if person.preferences != before:
        append(session, by, SYSTEM, Step("preferences", detail={"person": person.id, **changes}))


def _or_default(read: Callable[[str], int | str]) -> Callable[[str], int | str | None]:
    return lambda text: None if text.lower() == DEFAULT else read(text)
