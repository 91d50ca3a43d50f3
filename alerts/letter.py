"""What the templates of a mail may use: plain, cleaned values, ready to be shown to one reader."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from alerts.clean import body_text, one_line
from store.views import EscalationView


@dataclass(frozen=True)
class Proof:
    """One quoted sentence: which finding it proves, who wrote it when, and what would clear the finding.

    `also` are other findings that the same sentence proves.
    """

    signal: str
    quote: str
    author: str
    sent_at: datetime | None
    clears_when: str
    also: tuple["Proof", ...] = ()


@dataclass(frozen=True)
class Answer:
    """One ready-made answer: the words to type, what they do, and a mailto link that has them filled in."""

    words: str
    meaning: str
    href: str


@dataclass(frozen=True)
class Entry:
    """One escalation in a digest: its headline, how it stands, and what changed; `answers` are for this one alone."""

    number: str
    about: str
    title: str
    risk: str
    standing: str
    lines: tuple[str, ...]
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Section:
    """A heading with short lines below it."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Digest:
    """A day's digest: `summary` ends its first sentence; `others` need somebody but did not change."""

    since: datetime
    summary: str
    entries: tuple[Entry, ...]
    others: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    owed: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()


@dataclass(frozen=True)
class Letter:
    """All that one mail shows. `about` is the customer's name, or the title when the customer is not known.

    `facts` is what the notice was posted with, cleaned. `state` are the rows of the table that says how things stand.
    """

    kind: str
    reader: str
    reader_id: int
    zone: tzinfo
    zone_name: str
    why: str
    facts: dict[str, Any]
    number: str = ""
    about: str = ""
    view: EscalationView | None = None
    proofs: tuple[Proof, ...] = ()
    state: tuple[tuple[str, str], ...] = ()
    answers: tuple[Answer, ...] = ()
    delayed_since: datetime | None = None
    digest: Digest | None = None
    sections: tuple[Section, ...] = ()


def cleaned(value: Any) -> Any:
    """The same JSON with every text made safe for a body."""
    if isinstance(value, str):
        return body_text(value, 4_000)
    if isinstance(value, list):
        return [cleaned(each) for each in value]
    if isinstance(value, dict):
        return {one_line(key): cleaned(each) for key, each in value.items()}
    return value
