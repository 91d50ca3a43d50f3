"""What a verb is: its words, the trust it needs, how its argument reads, what it does and how that is taken back."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session

from config.policy import CommandPolicy
from store.people import Person
from store.record import Escalation
from workflow.change import By
from workflow.context import Context
from workflow.dates import When, say_time
from workflow.errors import Refused, WorkflowError
from workflow.pages import Page
from workflow.trust import Trust

Args = dict[str, Any]
"""A parsed argument: plain JSON, so that it can wait for a confirm."""


class BadArgumentError(WorkflowError):
    """The line is this command and nothing else, but its argument cannot be used; the sentence says what can."""


class Lines(Enum):
    """How far the text of a command goes: its line, with what a mail program wrapped, its paragraph, or to the end."""

    ONE = "one"
    WRAPPED = "wrapped"
    PARAGRAPH = "paragraph"
    REST = "rest"


@dataclass(frozen=True)
class Rest:
    """What stands behind a verb's words on its line, and whether a colon parted them."""

    text: str
    colon: bool


@dataclass(frozen=True)
class Outcome:
    """What a command did, in a sentence; `undo` is what the verb needs to take back more than fields.

    `page` is what the person asked to see.
    """

    sentence: str
    undo: dict[str, Any] | None = None
    page: Page | None = None


@dataclass(frozen=True)
class Work:
    """Everything a verb works with. `escalation` is locked; `args` came from the verb's own `parse`."""

    session: Session
    by: By
    escalation: Escalation
    args: Args
    context: Context
    verbs: Mapping[str, "Verb"] = field(repr=False)

    @property
    def policy(self) -> CommandPolicy:
        """What the policy says of commands."""
        return self.context.policy.commands

    @property
    def person(self) -> Person:
        """The one of us who commands; a command without a person is refused."""
        person = None if self.by.person_id is None else self.session.get(Person, self.by.person_id)
        if person is None:
            raise Refused("Only one of us can do that; I could not tell who you are.")
        return person

    @property
    def number(self) -> str:
        """The escalation's public name."""
        return self.escalation.number

    def says(self, moment: datetime) -> str:
        """A moment in the words of the person's own zone."""
        zone = "UTC" if self.by.person_id is None else self.person.zone
        return say_time(moment, zone)


@dataclass(frozen=True)
class Verb:
    """One command. `parse` gives None when the line is an ordinary sentence; `trust_for` overrules `trust`.

    `undo` takes back what `Outcome.undo` tells; changed fields of the escalation are taken back without it.
    A verb whose word is an `everyday` one says nothing of sentences that begin with it.
    """

    name: str
    usage: str
    meaning: str
    parse: Callable[[Rest, When], Args | None]
    run: Callable[[Work], Outcome]
    aliases: tuple[str, ...] = ()
    trust: Trust = Trust.ALIGNED
    trust_for: Callable[[Work], Trust] | None = None
    undo: Callable[[Work, dict[str, Any]], None] | None = None
    lines: Lines = Lines.ONE
    can_undo: bool = True
    everyday: bool = False


_COURTESY = re.compile(r"[ ,]*(?:please|pls|thanks|thank you|thx|cheers)?[.! ]*", re.ASCII | re.IGNORECASE)
_LONGEST_COURTESY = 20
_NEGATION = re.compile(r"(?:not|no|don'?t|do not|never|please don'?t|please do not)\b", re.ASCII | re.IGNORECASE)


def bare(rest: Rest, _when: When) -> Args | None:
    """A verb that stands alone; a full stop or a thank-you may follow, a question mark may not."""
    return {} if len(rest.text) <= _LONGEST_COURTESY and _COURTESY.fullmatch(rest.text) and not rest.colon else None


def after_colon(name: str, *, needed: str) -> Callable[[Rest, When], Args | None]:
    """A verb with a text behind a colon, kept as `name`; an empty one is asked for with `needed`."""

    def parse(rest: Rest, _when: When) -> Args | None:
        if not rest.colon:
            return None
        if not rest.text:
            raise BadArgumentError(needed)
        return {name: rest.text}

    return parse


def one_of(name: str, choices: Mapping[str, Any], *, needed: str) -> Callable[[Rest, When], Args | None]:
    """A verb with one word of a fixed list; one other word is a mistake, more words are a sentence."""

    def parse(rest: Rest, _when: When) -> Args | None:
        word = rest.text.rstrip(".!").strip().lower()
        if word in choices:
            return {name: choices[word]}
        if len(word.split()) <= 1 and not rest.text.endswith("?"):
            raise BadArgumentError(needed)
        return None

    return parse


def is_negated(text: str) -> bool:
    """Whether a text takes back the very command it stands behind (`resolve: not yet`)."""
    return _NEGATION.match(text) is not None
