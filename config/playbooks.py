"""What the severity paths Sev 1 and Sev 2 ask for, by when, and what puts an escalation on them, read from TOML."""

import tomllib
from enum import StrEnum
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.words import Level, Signal

PATHS = (1, 2)
NAMES = {1: "sev1", 2: "sev2"}
"""What the file of a path is called, and what its duties carry in the record."""

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A name that the record keeps: lower-case letters, digits and `_`."""


class PlaybookError(Exception):
    """A playbook that cannot be used; `str()` of it is a sentence that names file and key."""


class _Section(BaseModel):
    """A part of a playbook; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Every(StrEnum):
    """How often a duty comes: once, each business day or week, or when the escalation is closed."""

    ONCE = "once"
    DAY = "day"
    WEEK = "week"
    CLOSING = "closing"

    @property
    def recurs(self) -> bool:
        """Whether another round follows when one is done."""
        return self in (Every.DAY, Every.WEEK)


class Shown(StrEnum):
    """What of the record does a duty by itself."""

    PATH = "path"
    OWNER = "owner"
    RACI = "raci"
    STAKEHOLDERS = "stakeholders"
    MILESTONES = "milestones"
    REGISTER = "register"
    CUSTOMER_MAIL = "customer_mail"
    SIGN_OFF = "sign_off"
    LESSONS = "lessons"


class DutyRule(_Section):
    """One thing to do. `within_business_days` belongs to what is done once: whole days of the owner's calendar."""

    key: Key
    text: Annotated[str, Field(min_length=3, max_length=200)]
    every: Every
    within_business_days: Annotated[float, Field(gt=0, le=60)] | None = None
    shown_by: Shown | None = None

    @model_validator(mode="after")
    def _has_its_time(self) -> "DutyRule":
        if (self.every is Every.ONCE) != (self.within_business_days is not None):
            raise ValueError(
                f'duty "{self.key}": within_business_days belongs to every = "once", and to nothing else; '
                "a daily or weekly one is due at the close of the day"
            )
        return self


class Evidence(_Section):
    """A finding that meets a trigger: of this signal, at this level or above, by one of these rules or kinds.

    Rules are ids with `*` for any run of letters; without rules and kinds any finding of the signal does.
    """

    signal: Signal
    level: Annotated[int, Field(ge=1, le=3)] = 2
    rules: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def meets(self, signal: str, level: int, rule_id: str, features: dict[str, Any]) -> bool:
        """Whether a finding is such evidence."""
        if signal != self.signal or level < self.level:
            return False
        seen = {features.get("kind"), *features.get("kinds", ())}
        named = any(fnmatchcase(rule_id, rule) for rule in self.rules) or not seen.isdisjoint(self.kinds)
        return named or not (self.rules or self.kinds)


class Trigger(_Section):
    """What puts an escalation on a path: findings, or words (`said`, lower case) of a person's command."""

    key: Key
    title: Annotated[str, Field(min_length=3, max_length=80)]
    evidence: tuple[Evidence, ...] = ()
    said: tuple[str, ...] = ()
    raise_at: Annotated[int, Field(ge=1, le=3)] = int(Level.CRITICAL)

    def met_by(self, signal: str, level: int, rule_id: str, features: dict[str, Any]) -> bool:
        """Whether a finding meets it."""
        return any(each.meets(signal, level, rule_id, features) for each in self.evidence)

    def named_in(self, text: str) -> bool:
        """Whether a person's reason speaks of it."""
        low = f"{text.lower()} "
        return self.title.lower() in low or any(words in low for words in self.said)


class Overdue(_Section):
    """Who hears how of a duty whose time passed: the owner, by an alert of its own or in the digest only."""

    tell: Literal["at_once", "digest"]
    manager: bool


class Playbook(_Section):
    """The playbook of one path. `keeps` names the paths whose duties go on after a change to this one."""

    path: Annotated[int, Field(ge=1, le=2)]
    keeps: tuple[int, ...] = ()
    overdue: Overdue
    duties: tuple[DutyRule, ...] = Field(alias="duty", default=())
    triggers: tuple[Trigger, ...] = Field(alias="trigger", default=())

    @model_validator(mode="after")
    def _names_each_once(self) -> "Playbook":
        for kind, rows in (("duty", self.duties), ("trigger", self.triggers)):
            keys = [row.key for row in rows]
            twice = next((key for key in keys if keys.count(key) > 1), None)
            if twice:
                raise ValueError(f'{kind} "{twice}" stands twice; give each its own key')
        return self

    @property
    def name(self) -> str:
        """What its duties carry in the record."""
        return NAMES[self.path]

    def rule(self, key: str) -> DutyRule | None:
        """The duty of this key; None when the file has it no more."""
        return next((rule for rule in self.duties if rule.key == key), None)


class Playbooks(_Section):
    """The playbooks of both paths."""

    sev1: Playbook
    sev2: Playbook

    def of(self, path: int) -> Playbook:
        """The playbook of a path."""
        return self.sev1 if path == 1 else self.sev2

    def named(self, name: str) -> Playbook:
        """The playbook by the name its duties carry."""
        return self.sev1 if name == NAMES[1] else self.sev2

    def live(self, path: int) -> frozenset[str]:
        """The names of the playbooks whose duties count on a path."""
        return frozenset({NAMES[path], *(NAMES[kept] for kept in self.of(path).keeps if kept in NAMES)})


def load_playbooks(folder: Path | None = None) -> Playbooks:
    """The shipped playbooks; a `sev1.toml` or `sev2.toml` in `folder` takes the place of the shipped one.

    Raises:
        PlaybookError: a file cannot be read, or anything in it is wrong; the sentence names file and key.

    """
    if folder is not None and not folder.is_dir():
        raise PlaybookError(f"playbooks names {folder}, which is no folder: put sev1.toml or sev2.toml into one")
    return Playbooks(**{name: _load(path, name, folder) for path, name in NAMES.items()})


def _load(path: int, name: str, folder: Path | None) -> Playbook:
    own = folder / f"{name}.toml" if folder is not None else None
    where = str(own) if own is not None and own.exists() else f"playbooks/{name}.toml"
    try:
        if own is not None and own.exists():
            text = own.read_text(encoding="utf-8")
        else:
            text = files("config").joinpath(where).read_text(encoding="utf-8")
        made = Playbook.model_validate(tomllib.loads(text))
    except (OSError, UnicodeDecodeError) as error:
        raise PlaybookError(f"{where} cannot be read: save it as UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise PlaybookError(f"{where} is not valid TOML: {error}") from error
    except ValidationError as error:
        raise PlaybookError("; ".join(_sentence(where, each["loc"], each["msg"]) for each in error.errors())) from error
    if made.path != path:
        raise PlaybookError(f"{where}, path: it is {made.path}, and must be {path}, as the file's name says")
    return made


def _sentence(where: str, place: tuple[int | str, ...], message: str) -> str:
    """`my/sev1.toml, duty 3, every: Input should be ...`: list places are counted from 1, as people do."""
    parts: list[str] = []
    for each in place:
        if isinstance(each, int):
            parts[-1:] = [f"{parts[-1] if parts else 'entry'} {each + 1}"]
        else:
            parts.append(each)
    return ", ".join([where, *parts]) + ": " + message.removeprefix("Value error, ")
