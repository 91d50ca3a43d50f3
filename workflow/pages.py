"""A page that answers a command: headed lists, shown by mail and on the terminal alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow.dates import When


@dataclass(frozen=True)
class Section:
    """A heading and its lines; without a heading the lines are paragraphs."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """Sections in order; `forward` says that it is a text of the reader's own, ready to be sent on."""

    sections: tuple[Section, ...]
    forward: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, for a notice."""
        sections = [{"title": each.title, "lines": list(each.lines)} for each in self.sections]
        return {"forward": self.forward, "sections": sections}


def page(sections: Iterable[tuple[str, Iterable[str]]], *, forward: bool = False) -> Page:
    """A page of the sections that have lines."""
    made = (Section(title, tuple(lines)) for title, lines in sections)
    return Page(tuple(each for each in made if each.lines), forward)


def say_short(moment: datetime, zone: str) -> str:
    """`Fri 8 May 17:00`: a moment by the clock of `zone`, for a list where each line has one."""
    local = moment.astimezone(When(moment, zone).tz)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def few(lines: list[str], most: int, command: str) -> list[str]:
    """The first lines, and how many there are more; `command` shows them all."""
    return lines if len(lines) <= most else [*lines[:most], f"and {len(lines) - most} more: {command}"]
