"""What the record asks for - types, categories, fields of a team's own, weights of the impact - read from TOML."""

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

FIRST_TYPE = "help_needed"
FIRST_CATEGORY = "product"
"""What a new escalation is until somebody says otherwise."""
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_WEIGHED = frozenset({"tier", "arr", "users", "category"})
MOST_POINTS = 100


class FieldsError(Exception):
    """The file is wrong; `sentences` has one for each mistake: what, where, what to do."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


class _Section(BaseModel):
    """A part of the file; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldKind(StrEnum):
    """What a field of a team's own holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes_no"
    PERSON = "person"


class CustomField(_Section):
    """One field of a team's own. `types` are the types of escalations that have it; empty means all."""

    kind: FieldKind
    label: str = ""
    choices: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.kind is FieldKind.CHOICE) != bool(self.choices):
            message = 'a choice, and nothing else, needs choices, such as choices = ["low", "high"]'
            raise ValueError(message)
        if self.kind is not FieldKind.NUMBER and (self.least, self.most) != (None, None):
            message = "least and most are for numbers only"
            raise ValueError(message)
        return self


def _keys(names: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in names:
        if not _KEY.fullmatch(name):
            message = f"{name!r} is no name: write small letters, digits and _, beginning with a letter"
            raise ValueError(message)
    return names


def _rising(bands: Mapping[float, float]) -> Mapping[float, float]:
    if any(one >= other for one, other in pairwise(share for _bound, share in sorted(bands.items()))):
        message = "a higher bound needs a larger share"
        raise ValueError(message)
    return bands


Share = Annotated[float, Field(ge=0, le=1)]
Bands = Annotated[dict[float, Share], AfterValidator(_rising)]
Labels = Annotated[dict[str, str], AfterValidator(_keys)]


class ImpactWeights(_Section):
    """How much each part of the impact counts, and how much of it a tier, a value or a number of people gives."""

    weights: dict[str, Annotated[float, Field(ge=0)]]
    tiers: dict[str, Share]
    arr: Bands
    users: Bands
    categories: dict[str, Share]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if set(self.weights) != _WEIGHED or abs(sum(self.weights.values()) - MOST_POINTS) > 0.001:  # noqa: PLR2004
            message = f"weights must name {', '.join(sorted(_WEIGHED))}, and make {MOST_POINTS} together"
            raise ValueError(message)
        return self


class Fields(_Section):
    """The whole of it."""

    types: Labels
    categories: Labels
    impact: ImpactWeights
    field: Annotated[dict[str, CustomField], AfterValidator(_keys)] = {}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for known, kept in ((self.types, FIRST_TYPE), (self.categories, FIRST_CATEGORY)):
            if kept not in known:
                message = f'keep {kept}, which new escalations get; you may change its name: {kept} = "question"'
                raise ValueError(message)
        for name, each in self.field.items():
            strange = sorted(set(each.types) - set(self.types))
            if strange:
                message = f"field {name} is for the type {strange[0]}, which [types] does not have"
                raise ValueError(message)
        return self

    def label(self, name: str) -> str:
        """What people are shown for a field of a team's own."""
        own = self.field.get(name)
        return own.label if own is not None and own.label else name.replace("_", " ").capitalize()

    def of_type(self, kind: str) -> Mapping[str, CustomField]:
        """The fields that an escalation of this type has."""
        return MappingProxyType({n: each for n, each in self.field.items() if not each.types or kind in each.types})


@cache
def load_fields(path: Path | None = None) -> Fields:
    """The shipped file with the keys of `path` laid over it; a list of types or categories replaces the shipped one.

    Raises:
        FieldsError: the file cannot be read, or anything in it is wrong; each sentence names file and key.

    """
    data = tomllib.loads(files("config").joinpath("fields.toml").read_text(encoding="utf-8"))
    if path is not None:
        for key, value in _read(path).items():
            data[key] = data[key] | value if key == "impact" and isinstance(value, dict) else value
    try:
        return Fields.model_validate(data)
    except ValidationError as error:
        where = path or "fields.toml"
        raise FieldsError([f"{where}, {_place(e['loc'])}: {_plain(e['msg'])}." for e in error.errors()]) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FieldsError([f"fields names {path}, which cannot be read: {error.strerror}."]) from error
    except UnicodeDecodeError as error:
        raise FieldsError([f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8."]) from error
    except tomllib.TOMLDecodeError as error:
        raise FieldsError([f"{path} is not valid TOML: {error}."]) from error


def _place(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc) or "the whole"


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").removeprefix("Input ")
