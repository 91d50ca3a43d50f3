"""What was understood of a reply: commands, lines that are none, and the block that holds both."""

from dataclasses import asdict, dataclass, field
from typing import Any

BELOW = 1_000_000
"""The line of what was found elsewhere than in the block; it is answered last."""


@dataclass(frozen=True)
class Command:
    """One command as understood, found on line `at` of the reply.

    `args` is plain JSON, dates already resolved; `corrected_from` is a forgiven typo.
    """

    verb: str
    line: str
    args: dict[str, Any] = field(default_factory=dict)
    corrected_from: str | None = None
    at: int = 0

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
    at: int = BELOW


@dataclass(frozen=True)
class CommandBlock:
    """What a reply says: commands in order, the comment below them, and what was not understood.

    `sentences` are ordinary ones that begin with a command's words; the audit keeps that they were not obeyed.
    `problem` is a sentence when none of the commands may run (too many). `named` holds the escalation numbers
    written outside of a command's own text; a number other than the answered one stops all commands.
    """

    commands: tuple[Command, ...] = ()
    comment: str = ""
    corrections: tuple[str, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    named: tuple[int, ...] = ()
    problem: str | None = None
    sentences: tuple[str, ...] = ()
