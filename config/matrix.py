"""Who gets an escalation and who is asked when nobody answers, as one checked record read from TOML."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.words import Priority, Risk

STEPS = 2
"""Warnings of a rung; the table of rungs keeps a moment for each."""


class MatrixError(Exception):
    """A matrix that cannot be used; `str()` of it is a sentence that names file and key."""


class Derived(StrEnum):
    """Somebody named by their place, looked up when they are needed."""

    OWNER = "owner"
    TEAM_LEAD = "team_lead"
    OWNER_MANAGER = "owner_manager"
    TEAM_MANAGER = "team_manager"
    MANAGERS_MANAGER = "managers_manager"
    ACCOUNT_OWNER = "account_owner"
    SPONSOR = "sponsor"
    ADMIN = "admin"


def _address(text: str) -> str:
    if text.count("@") != 1 or " " in text or text.startswith("@") or text.endswith("@"):
        raise ValueError(f"{text!r} is no mail address; write it as in ana@company.example")
    return text.lower()


def _who(text: str) -> str:
    if text in set(Derived):
        return text
    if "@" not in text:
        raise ValueError(f"{text!r} is neither a mail address nor one of: {', '.join(Derived)}")
    return _address(text)


Address = Annotated[str, AfterValidator(_address)]
Who = Annotated[str, AfterValidator(_who)]


class _Section(BaseModel):
    """A part of the matrix; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Case:
    """What conditions look at."""

    category: str
    path: int = 2
    priority: str = Priority.MEDIUM.value
    risk: str = Risk.LOW.value
    tier: str = ""


class When(_Section):
    """A condition; a key that is left out holds for everything."""

    path: tuple[Annotated[int, Field(ge=1, le=2)], ...] = ()
    priority: tuple[Priority, ...] = ()
    risk: tuple[Risk, ...] = ()
    tier: tuple[str, ...] = ()
    category: tuple[str, ...] = ()

    def fits(self, case: Case) -> bool:
        """Whether it holds."""
        asked = (
            (self.path, case.path), (self.priority, case.priority), (self.risk, case.risk),
            (tuple(map(str.lower, self.tier)), case.tier.lower()), (self.category, case.category),
        )  # fmt: skip
        return all(value in wanted for wanted, value in asked if wanted)


class Choice(_Section):
    """How candidates are weighed against each other."""

    history_calendar_days: Annotated[int, Field(ge=1)]
    least_history: Annotated[int, Field(ge=1)]
    usual_days: Annotated[float, Field(gt=0)]


class Category(_Section):
    """Who gets the escalations of a category; `review` says where a person must agree first."""

    primary: tuple[Address, ...] = ()
    backup: tuple[Address, ...] = ()
    team: str = ""
    review: tuple[When, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it names nobody."""
        return not (self.primary or self.backup or self.team)


class Review(_Section):
    """Who is asked whether a choice is right."""

    by: Annotated[tuple[Who, ...], Field(min_length=1)]


class Response(_Section):
    """How many business hours somebody has to answer, where the condition holds."""

    when: When = When()
    business_hours: Annotated[float, Field(gt=0, le=1_000)]


class RungRule(_Section):
    """One rung of the ladder."""

    name: Annotated[str, Field(min_length=2, max_length=40)]
    who: Annotated[tuple[Who, ...], Field(min_length=1)]
    response: Annotated[tuple[Response, ...], Field(min_length=1)]

    def hours(self, case: Case) -> float | None:
        """The business hours somebody on this rung has; None when the rung is left out."""
        return next((each.business_hours for each in self.response if each.when.fits(case)), None)


class Reminder(_Section):
    """When who is asked is reminded: the share of their time that is gone, and where by an alert of its own."""

    share: Annotated[float, Field(gt=0, lt=1)]
    alert: tuple[When, ...] = ()


class AbsenceRule(_Section):
    """What is believed of absences."""

    longest_calendar_days: Annotated[int, Field(ge=1, le=400)]


class TeamPlaces(_Section):
    """People a team has in places that the table of people does not tell."""

    lead: Address | None = None
    sponsor: Address | None = None


class AccountPlaces(_Section):
    """People a customer has on our side."""

    sponsor: Address | None = None


class Matrix(_Section):
    """The whole of it; `version` is written beside every choice it made."""

    version: str
    choice: Choice
    review: Review
    absence: AbsenceRule
    categories: dict[str, Category] = {}
    rungs: tuple[RungRule, ...] = Field(alias="rung", default=())
    warnings: Annotated[tuple[Reminder, ...], Field(alias="warning")]
    teams: dict[str, TeamPlaces] = {}
    accounts: dict[str, AccountPlaces] = {}

    @model_validator(mode="after")
    def _is_in_order(self) -> "Matrix":
        names = [rung.name for rung in self.rungs]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f'rung "{twice}" stands twice; give each its own name')
        if len(self.warnings) != STEPS or self.warnings[0].share >= self.warnings[1].share:
            raise ValueError("there are two warnings, the earlier first: write two [[warning]] with rising share")
        return self

    def category(self, name: str) -> Category:
        """What it says of a category; an empty one where it says nothing."""
        return self.categories.get(name, Category())

    def named(self) -> Iterator[tuple[str, str]]:
        """Every mail address in it, with the key it stands at."""
        for name, each in self.categories.items():
            yield from ((f"categories.{name}.primary", who) for who in each.primary)
            yield from ((f"categories.{name}.backup", who) for who in each.backup)
        yield from (("review.by", who) for who in self.review.by if "@" in who)
        for rung in self.rungs:
            yield from ((f'rung "{rung.name}"', who) for who in rung.who if "@" in who)
        for name, team in self.teams.items():
            yield from ((f"teams.{name}", who) for who in (team.lead, team.sponsor) if who)
        yield from ((f"accounts.{name}.sponsor", each.sponsor) for name, each in self.accounts.items() if each.sponsor)

    def named_teams(self) -> Iterator[tuple[str, str]]:
        """Every team in it, with the key it stands at."""
        yield from ((f"categories.{name}.team", each.team) for name, each in self.categories.items() if each.team)
        yield from ((f"teams.{name}", name) for name in self.teams)


def load_matrix(path: Path | None = None) -> Matrix:
    """The shipped matrix, with the keys of `path` laid over it; a list there takes the place of the whole list.

    Raises:
        MatrixError: the file cannot be read, or anything in it is wrong; the sentence names file and key.

    """
    data = tomllib.loads(files("config").joinpath("matrix.toml").read_text(encoding="utf-8"))
    where = str(path) if path is not None else "matrix.toml"
    if path is not None:
        try:
            _overlay(data, tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise MatrixError(f"matrix names {where}, which cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise MatrixError(f"{where} is not UTF-8 text (byte {error.start}): save it as UTF-8.") from error
        except tomllib.TOMLDecodeError as error:
            raise MatrixError(f"{where} is not valid TOML: {error}.") from error
    try:
        return Matrix.model_validate(data)
    except ValidationError as error:
        raise MatrixError("\n".join(_sentence(where, each["loc"], each["msg"]) for each in error.errors())) from error


def _overlay(base: dict[str, Any], over: dict[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _overlay(base[key], value)
        else:
            base[key] = value


def _sentence(where: str, place: tuple[int | str, ...], message: str) -> str:
    """`my.toml, rung 3, who: ...`: places in lists are counted from 1, as people do."""
    parts: list[str] = []
    for each in place:
        if isinstance(each, int):
            parts[-1:] = [f"{parts[-1] if parts else 'entry'} {each + 1}"]
        else:
            parts.append(each)
    said = message.removeprefix("Value error, ").rstrip(".")
    if said == "Extra inputs are not permitted":
        said = "there is no such key; `smokewatch matrix` and config/matrix.toml show what there is"
    return ", ".join([where, *parts]) + f": {said}."
