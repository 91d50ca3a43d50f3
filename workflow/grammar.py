"""Reads the commands at the very top of a reply, and nothing that is not one."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Command:
    """One command as understood. `args` is plain JSON, dates already resolved; `corrected_from` is a forgiven typo."""

    verb: str
    line: str
    args: dict[str, Any] = field(default_factory=dict)
    corrected_from: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, to wait for a confirm."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Command":
        """The command that `to_json` wrote."""
        return cls(**data)


@dataclass(frozen=True)
class Unknown:
    """A line that looks like a command and is none; `hint` says what to write instead. Nothing was done for it."""

    line: str
    hint: str


@dataclass(frozen=True)
class CommandBlock:
    """What a reply says: commands in order, the comment below them, and what was not understood.

    `problem` is a sentence when none of the commands may run (too many). `named` holds the escalation numbers
    written outside of a command's own text; a number other than the answered one stops all commands.
    """

    commands: tuple[Command, ...] = ()
    comment: str = ""
    corrections: tuple[str, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    named: tuple[int, ...] = ()
    problem: str | None = None


def parse_block(text: str, now: datetime, zone: str, *, most_commands: int = 10, most_unknown: int = 5) -> CommandBlock:
    """Read the new text of a reply. `zone` is the IANA zone of the person, for dates without one."""
    raise NotImplementedError
