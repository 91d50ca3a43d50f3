"""The prompts of the closeout's form, one set per type of escalation, read from TOML files."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

DEFAULT = "default"
"""The set for types that have none of their own."""

LONGEST_PROMPT = 160
"""Characters: on a phone a longer one pushes the answer off the screen."""


class CloseoutsError(ValueError):
    """A set of prompts cannot be used; the sentence names file and key."""


def _question(text: str) -> str:
    # The reader of a reply tells a prompt from an answer by the brackets and the question mark.
    if not text.endswith("?") or len(text) > LONGEST_PROMPT or "[" in text or "]" in text:
        message = f"must be a question of at most {LONGEST_PROMPT} characters, without square brackets"
        raise ValueError(message)
    return text


Prompt = Annotated[str, AfterValidator(_question)]


class Prompts(BaseModel):
    """What is asked for each part of a closeout; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    root_cause: Prompt
    resolution: Prompt
    customer_impact: Prompt
    internal_impact: Prompt
    lessons: Prompt


@dataclass(frozen=True)
class Closeouts:
    """The sets of prompts by type of escalation, the default among them."""

    by_type: Mapping[str, Prompts]

    def of(self, kind: str) -> Prompts:
        """The prompts of a type of escalation."""
        return self.by_type.get(kind) or self.by_type[DEFAULT]


@cache
def load_closeouts(folder: Path | None = None) -> Closeouts:
    """The shipped prompts, with those of a folder of one's own laid over them: a file there may have only some keys.

    Raises:
        CloseoutsError: a file cannot be read, or a key is unknown or no question.

    """
    sets: dict[str, dict[str, object]] = {}
    for name, where, text in _files(folder):
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise CloseoutsError(f"{where}: not valid TOML: {error}.") from error
        sets[name] = sets.get(name, sets.get(DEFAULT, {})) | data
        _checked(sets[name], where)
    return Closeouts({name: _checked(data, name) for name, data in sets.items()})


def _files(folder: Path | None) -> Iterator[tuple[str, str, str]]:
    """Name, place and text of each file; the default ones first, since the others may lean on them."""
    shipped = sorted(
        files("config").joinpath("closeouts").iterdir(), key=lambda each: (each.name != "default.toml", each.name)
    )
    for each in shipped:
        if each.name.endswith(".toml"):
            yield each.name.removesuffix(".toml"), each.name, each.read_text(encoding="utf-8")
    if folder is None:
        return
    if not folder.is_dir():
        raise CloseoutsError(f"{folder}: there is no such folder; it should hold default.toml or one file per type.")
    for path in sorted(folder.glob("*.toml"), key=lambda each: (each.stem != DEFAULT, each.stem)):
        try:
            yield path.stem, str(path), path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CloseoutsError(f"{path}: cannot be read: {error}.") from error


def _checked(data: dict[str, object], where: str) -> Prompts:
    try:
        return Prompts.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        why = (
            "there is no such part"
            if first["type"] == "extra_forbidden"
            else first["msg"].removeprefix("Value error, ")
        )
        raise CloseoutsError(f"{where}: {key}: {why}.") from error
