"""Reads a drill's scenario from its TOML file: the company, its customers, and the mails with their story times."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from config.words import Role
from signals.calendar import Calendar
from workflow.errors import WorkflowError

Minutes = Annotated[int, Field(ge=0)]


class DrillError(WorkflowError):
    """A scenario that does not exist or cannot be played; the sentence says why."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hours(_Part):
    """When the story begins and ends, and the business hours it is scored in; `starts` is local time in `zone`."""

    zone: str
    opens: time = time(9)
    closes: time = time(17, 30)
    holidays: tuple[date, ...] = ()
    starts: datetime
    minutes: Annotated[int, Field(gt=0)]
    act_within_minutes: Annotated[int, Field(gt=0)] = 240

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f'"{zone}" is no time zone; write one like Europe/Berlin') from None
        return zone

    @property
    def calendar(self) -> Calendar:
        """The business hours."""
        return Calendar(self.zone, self.opens, self.closes, frozenset(self.holidays))

    @property
    def begin(self) -> datetime:
        """The first moment, in UTC."""
        return self.starts.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The last moment, in UTC."""
        return self.begin + timedelta(minutes=self.minutes)


class Player(_Part):
    """One of us; `you` marks the person the trainee begins as."""

    name: str
    email: str
    role: Role
    title: str = ""
    manager: str = ""
    you: bool = False


class Caller(_Part):
    """One of a customer's people."""

    email: str
    name: str
    title: str = ""


class Customer(_Part):
    """A customer; `renewal` is the day its contract ends."""

    name: str
    domains: tuple[str, ...]
    tier: str = ""
    arr: float | None = None
    renewal: date | None = None
    contacts: tuple[Caller, ...] = ()


class Letter(_Part):
    """One mail of the story, `at` minutes after its start.

    `answers` is the number of the mail whose thread it goes on with; `unless_answered` is the number of a mail that,
    once we answered it (by an answer from minute `since` of the story on), keeps this one from being written, as does
    that it was never written itself. `wants_answer` is false where silence is right.
    """

    at: Minutes
    sender: str = Field(alias="from")
    to: str = ""
    cc: tuple[str, ...] = ()
    subject: str = ""
    text: str
    answers: int | None = None
    unless_answered: int | None = None
    since: Minutes = 0
    wants_answer: bool = True
    headers: dict[str, str] = {}


class Scenario(_Part):
    """A whole drill. Mails are numbered from 1 in the order they are written, which is that of time."""

    title: str
    about: str
    mailbox: str
    calendar: Hours
    person: tuple[Player, ...]
    account: tuple[Customer, ...]
    mail: tuple[Letter, ...]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if sum(each.you for each in self.person) != 1:
            raise ValueError("mark exactly one person with `you = true`: the one the trainee begins as")
        before = 0
        for number, letter in enumerate(self.mail, 1):
            for name in ("answers", "unless_answered"):
                named = getattr(letter, name)
                if named is not None and not 1 <= named < number:
                    raise ValueError(f"mail {number}: `{name} = {named}` must name an earlier mail")
            if letter.answers is None and not letter.subject:
                raise ValueError(f"mail {number}: it begins a thread, so it needs a subject")
            if letter.at < before:
                raise ValueError(f"mail {number}: it comes before mail {number - 1}; write mails in the order of time")
            before = letter.at
        if before > self.calendar.minutes:
            raise ValueError("calendar.minutes ends the story before its last mail")
        return self

    @property
    def you(self) -> Player:
        """Who the trainee is at the start."""
        return next(each for each in self.person if each.you)


@dataclass(frozen=True)
class Title:
    """One line of the list of scenarios."""

    name: str
    title: str
    about: str


def titles() -> Iterator[Title]:
    """The scenarios that come with the program, by name."""
    for name in _names():
        found = load(name)
        yield Title(name, found.title, found.about)


def load(name: str) -> Scenario:
    """The scenario of that name, or in that TOML file of your own.

    Raises:
        DrillError: there is none, or its file is wrong; the sentence says where.

    """
    known = _names()
    own = Path(name)
    if name in known:
        return _read(_folder().joinpath(f"{name}.toml").read_bytes(), f"config/drills/{name}.toml")
    if own.suffix != ".toml":
        raise DrillError(
            f'There is no drill "{name}": choose one of {", ".join(known)}, or name a .toml file of your own.'
        )
    try:
        return _read(own.read_bytes(), name)
    except OSError as error:
        raise DrillError(f"{name} cannot be read: {error.strerror}.") from error


def _read(raw: bytes, where: str) -> Scenario:
    try:
        return Scenario.model_validate(tomllib.loads(raw.decode()))
    except UnicodeDecodeError as error:
        raise DrillError(f"{where} is not UTF-8 text (byte {error.start}): save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise DrillError(f"{where} is not valid TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ", ".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        raise DrillError(
            f"{where}{f', {place}' if place else ''}: {first['msg'].removeprefix('Value error, ')}."
        ) from error


def _folder() -> Traversable:
    return files("config").joinpath("drills")


def _names() -> list[str]:
    return sorted(each.name.removesuffix(".toml") for each in _folder().iterdir() if each.name.endswith(".toml"))
