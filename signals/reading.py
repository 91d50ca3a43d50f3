"""Reads one message's new text once: which phrases, asks, promises and dates it holds, with their places."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reading:
    """What the reader found in one text; kept with the message, so that folding a conversation needs no regex."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON for the database."""
        return {}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Reading":
        """The reading that `to_json` wrote."""
        return cls()
