"""Reads one message's new text once: which phrases, asks, promises and dates it holds, with their places."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from config.words import Direction, PromiseKind
from signals.calendar import Calendar

Span = tuple[int, int]


class Reply(IntEnum):
    """How much a message of ours answers, in rising order."""

    NONE = 0
    AUTO_ACK = 1
    HOLDING = 2
    QUESTION_BACK = 3
    SUBSTANTIVE = 4


@dataclass(frozen=True)
class Hit:
    """A phrase of the lexicon in the text: `group` is what it speaks for, `part` the sub-type within that."""

    rule_id: str
    group: str
    part: str
    start: int
    end: int


@dataclass(frozen=True)
class Pledge:
    """A promise as it was written; `due` is None when nothing dates it and no default applies."""

    start: int
    end: int
    kind: PromiseKind
    verb: str
    due: datetime | None
    clock: bool
    assumed: bool


@dataclass(frozen=True)
class Reading:
    """What the reader found in one text; kept with the message, so that folding a conversation needs no regex."""

    language: str = ""
    lexicon_version: str = ""
    sentences: tuple[Span, ...] = ()
    hits: tuple[Hit, ...] = ()
    asks: tuple[Span, ...] = ()
    thanks_only: bool = False
    reply: Reply = Reply.NONE
    pledges: tuple[Pledge, ...] = ()
    title: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON for the database."""
        return {}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Reading":
        """The reading that `to_json` wrote; an empty object is an empty reading."""
        del data
        return cls()


def read_message(
    text: str,
    direction: Direction,
    sent_at: datetime,
    calendar: Calendar,
    language: str | None = None,
    subject: str = "",
) -> Reading:
    """Read the new text of one message sent at `sent_at`; dates in it are resolved on `calendar`."""
    del text, direction, sent_at, calendar, subject
    return Reading(language=language or "en")
