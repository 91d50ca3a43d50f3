"""Reads the cells of an accounts file: domains, contacts, amounts, ratings and days."""

import re
from dataclasses import dataclass
from datetime import date

from workflow.csvfile import BadCellError, email, parts

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


@dataclass(frozen=True)
class Said:
    """A contact as an accounts file names it."""

    email: str
    name: str
    title: str


def domains(text: str) -> tuple[str, ...]:
    """Mail domains, parted by `;`."""
    return tuple(dict.fromkeys(_domain(part) for part in parts(text)))


def _domain(text: str) -> str:
    low = text.lower().removeprefix("@")
    if not _DOMAIN.fullmatch(low):
        raise BadCellError(f'"{text[:80]}" is no mail domain', "Write it as company.example; part two with `;`.")
    return low


def contacts(text: str) -> tuple[Said, ...]:
    """Contacts, parted by `;`, each as `email|name|title`."""
    found = []
    for part in parts(text):
        cells = [cell.strip() for cell in part.split("|")]
        if len(cells) > 3:  # noqa: PLR2004 - address, name, title
            raise BadCellError(f'"{part[:80]}" has too many parts', "Write each contact as email|name|title.")
        found.append(Said(email(cells[0]), *[*cells[1:], "", ""][:2]))
    return tuple(found)


def money(text: str) -> float:
    """A yearly amount."""
    try:
        value = float(text.replace("_", "x"))
    except ValueError:
        value = -1
    if not 0 <= value < 1e12:  # noqa: PLR2004 - more is a slip of the keyboard
        raise BadCellError(f'"{text[:40]}" is no yearly amount', "Write digits only, as in 120000.")
    return value


def rating(text: str) -> float:
    """A rating from 1 to 5."""
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 1 <= value <= 5:  # noqa: PLR2004 - the scale of customer satisfaction
        raise BadCellError(f'"{text[:40]}" is no rating', "Write a number from 1 (bad) to 5 (good).")
    return value


def day(text: str) -> date:
    """A day as ISO 8601."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadCellError(f'"{text[:40]}" is no date', "Write it as in 2027-01-31.") from None
