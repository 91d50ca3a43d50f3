"""Figures of a team's own for each customer: what is counted or summed over which escalations, read from TOML."""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.fields import FieldKind, Fields, load_fields
from config.words import Priority, Risk, State

MEASURES = ("hours_to_acknowledge", "hours_to_resolve", "affected_users")
"""What can be summed, beside numbers of a team's own."""
CUSTOM = "custom."
_LISTED: dict[str, Sequence[object]] = {
    "state": tuple(State),
    "risk": tuple(Risk),
    "priority": tuple(Priority),
    "path": (1, 2),
}
_YES_NO = ("waiting", "owned")
_FREE = ("type", "category")
MOST = 20
"""More figures than this on every customer are read by nobody."""

Value = bool | int | str
Days = Annotated[int, Field(ge=1, le=3650)]


class RollupsError(Exception):
    """The file is wrong; `sentences` has one for each mistake: what, where, what to do."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


class _Section(BaseModel):
    """A part of the file; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CustomRollup(_Section):
    """One figure: `take` it over what `of` names, of the escalations that `where` and the days let pass."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    label: Annotated[str, Field(max_length=60)] = ""
    take: Literal["count", "sum", "mean", "median", "largest"]
    of: str | None = None
    where: dict[str, Value | tuple[Value, ...]] = {}
    opened_within_days: Days | None = None
    resolved_within_days: Days | None = None

    @property
    def title(self) -> str:
        """What people are shown for it."""
        return self.label or self.name.replace("_", " ")

    def wanted(self, key: str) -> tuple[Value, ...]:
        """The values that a filter lets pass."""
        value = self.where[key]
        return value if isinstance(value, tuple) else (value,)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.take == "count") != (self.of is None):
            message = f"{self.name}: `of` says what is summed, so a count has none and every other needs one"
            raise ValueError(message)
        if self.of is not None and self.of not in MEASURES and not self.of.startswith(CUSTOM):
            message = f"{self.name}: `of` is {self.of!r}; write one of {', '.join(MEASURES)}, or custom.NAME"
            raise ValueError(message)
        for key in self.where:
            if (problem := _filter_problem(key, self.wanted(key))) is not None:
                message = f"{self.name}: {problem}"
                raise ValueError(message)
        return self


class Rollups(_Section):
    """The whole of it."""

    rollup: Annotated[tuple[CustomRollup, ...], Field(max_length=MOST)] = ()

    @model_validator(mode="after")
    def _once(self) -> Self:
        names = [each.name for each in self.rollup]
        double = next((name for name in names if names.count(name) > 1), None)
        if double is not None:
            message = f"{double} stands there twice; give each a name of its own"
            raise ValueError(message)
        return self


@cache
def load_rollups(path: Path | None = None) -> Rollups:
    """The shipped figures, or those of `path` in their place; checked against the shipped fields only by shape.

    Raises:
        RollupsError: the file cannot be read, or anything in it is wrong; each sentence names file and figure.

    """
    try:
        text = (path or files("config").joinpath("rollups.toml")).read_text(encoding="utf-8")
        return Rollups.model_validate(tomllib.loads(text))
    except OSError as error:
        raise RollupsError([f"rollups names {path}, which cannot be read: {error.strerror}."]) from error
    except UnicodeDecodeError as error:
        raise RollupsError([f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8."]) from error
    except tomllib.TOMLDecodeError as error:
        raise RollupsError([f"{path} is not valid TOML: {error}."]) from error
    except ValidationError as error:
        where = path or "rollups.toml"
        raise RollupsError([f"{where}, {_place(e['loc'])}: {_plain(e['msg'])}." for e in error.errors()]) from error


def check_fields(rollups: Rollups, fields: Fields | None = None, source: object = "rollups.toml") -> None:
    """Refuse figures over types, categories and fields of a team's own that are not declared.

    Raises:
        RollupsError: one sentence for each.

    """
    known = fields or load_fields()
    found = [f"{source}: {problem}." for each in rollups.rollup for problem in _undeclared(each, known)]
    if found:
        raise RollupsError(found)


def _undeclared(rollup: CustomRollup, fields: Fields) -> list[str]:
    found = []
    for key, labels in (("type", fields.types), ("category", fields.categories)):
        strange = [v for v in (rollup.wanted(key) if key in rollup.where else ()) if v not in labels]
        found += [f"{rollup.name}: {v!r} is no {key}; there are {', '.join(labels)}" for v in strange]
    for key in [k for k in rollup.where if k.startswith(CUSTOM)]:
        if key.removeprefix(CUSTOM) not in fields.field:
            found.append(f"{rollup.name}: {key} is not declared; declare it in fields.toml")
    name = (rollup.of or "").removeprefix(CUSTOM)
    if rollup.of is not None and rollup.of.startswith(CUSTOM):
        declared = fields.field.get(name)
        if declared is None or declared.kind is not FieldKind.NUMBER:
            found.append(f"{rollup.name}: {rollup.of} is no number that fields.toml declares")
    return found


def _filter_problem(key: str, values: tuple[Value, ...]) -> str | None:
    if key in _LISTED:
        strange = [value for value in values if value not in _LISTED[key] or isinstance(value, bool)]
        known = ", ".join(map(str, _LISTED[key]))
        return f"{strange[0]!r} is no {key}; write one of {known}" if strange else None
    if key in _YES_NO:
        return None if len(values) == 1 and isinstance(values[0], bool) else f"{key} is true or false"
    if key in _FREE or key.startswith(CUSTOM):
        return None
    known = ", ".join([*_LISTED, *_FREE, *_YES_NO, "custom.NAME"])
    return f"there is no filter {key!r}; there are {known}"


def _place(loc: tuple[int | str, ...]) -> str:
    """`rollup 2, take`: places in the list are counted from 1."""
    text = ", ".join(str(part + 1) if isinstance(part, int) else part for part in loc)
    return text.replace("rollup, ", "rollup ", 1) or "the whole"


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").removeprefix("Input ")
