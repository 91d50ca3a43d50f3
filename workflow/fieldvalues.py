"""Reads and shows what a field of a team's own holds, by its kind."""

import re
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from config.fields import CustomField, FieldKind
from workflow.dates import When, parse_date
from workflow.errors import Refused
from workflow.participants import find_person

LONGEST = 1_000
"""Characters of a text; longer ones are comments."""
_EMPTY = ("", "none", "-", "empty")
_YES = ("yes", "y", "true", "ja", "oui", "sí", "si", "sim")
_NO = ("no", "n", "false", "nein", "non", "não", "nao")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,6})?")
_GROUPS = re.compile(r"(?<=\d)[ ',\u2019\u00a0](?=\d{3}(?:\D|$))")


def read_value(session: Session, field: CustomField, label: str, said: str, when: When) -> Any:
    """The value a text means for a field, as plain JSON; None empties it.

    Raises:
        Refused: the field does not take that; the sentence names what it takes.

    """
    text = said.strip()
    if text.lower() in _EMPTY:
        return None
    value = _READERS[field.kind](session, field, text, when)
    if value is None:
        raise Refused(f'{label} takes {_takes(field)}, and not "{text[:60]}"; `none` empties it.')
    return value


def show_value(value: Any) -> str:
    """A value as people write it."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _takes(field: CustomField) -> str:
    if field.kind is FieldKind.CHOICE:
        return f"one of: {', '.join(field.choices)}"
    if field.kind is FieldKind.NUMBER:
        bounds = (("from", field.least), ("to", field.most))
        return " ".join(["a number", *(f"{word} {show_value(bound)}" for word, bound in bounds if bound is not None)])
    return {
        FieldKind.TEXT: f"a text of at most {LONGEST} characters",
        FieldKind.DATE: "a day, such as 2026-05-31 or `Friday`",
        FieldKind.YES_NO: "`yes` or `no`",
        FieldKind.PERSON: "one of us, such as @lena.vogt",
    }[field.kind]


def _text(_session: Session, _field: CustomField, text: str, _when: When) -> str | None:
    return text if len(text) <= LONGEST else None


def _number(_session: Session, field: CustomField, text: str, _when: When) -> float | None:
    plain = _GROUPS.sub("", text)
    if not _NUMBER.fullmatch(plain):
        return None
    value = float(plain)
    fits = (field.least is None or value >= field.least) and (field.most is None or value <= field.most)
    return value if fits else None


def _date(_session: Session, _field: CustomField, text: str, when: When) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        found = parse_date(text, when)
    return None if found is None else found.astimezone(when.tz).date().isoformat()


def _choice(_session: Session, field: CustomField, text: str, _when: When) -> str | None:
    return next((choice for choice in field.choices if choice.lower() == text.lower()), None)


def _yes_no(_session: Session, _field: CustomField, text: str, _when: When) -> bool | None:
    low = text.lower().rstrip(".!")
    return True if low in _YES else False if low in _NO else None


def _person(session: Session, _field: CustomField, text: str, _when: When) -> str:
    # The address says who for ever; names change, and a field must read the same in the audit.
    return find_person(session, text).email


_READERS = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _date,
    FieldKind.CHOICE: _choice,
    FieldKind.YES_NO: _yes_no,
    FieldKind.PERSON: _person,
}
