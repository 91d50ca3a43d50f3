"""Reads the settings from the TOML file, the environment and secret files, and says all that is wrong at once."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.advice import advice
from config.settings import Settings

DEFAULT_PATH = Path("config/smokewatch.toml")
PREFIX = "SMOKEWATCH__"
"""`SMOKEWATCH__OUTGOING__FROM_ADDRESS` sets `from_address` in `[outgoing]`; a mailbox is named after its `name`."""
PLAIN_NAMES = {"DATABASE_URL": "database_url", "REDIS_URL": "redis_url"}
"""Variables that hosting platforms set by these names."""
SECRETS = frozenset({"password", "client_secret", "refresh_token", "database_url", "redis_url"})
"""Settings that may be read from a file: `password_file = "/run/secrets/imap"`, or `DATABASE_URL_FILE`."""


class SettingsError(Exception):
    """The settings are wrong; `sentences` has one for each mistake: what, where, what to do."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def load_settings(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The checked settings. Without a file all defaults hold: embedded engines and the sample mailbox.

    Raises:
        SettingsError: the file cannot be read, or any setting is wrong.

    """
    chosen = path or Path(environment.get("SMOKEWATCH_CONFIG", DEFAULT_PATH))
    named = path is not None or "SMOKEWATCH_CONFIG" in environment
    data = _read(chosen, must_exist=named)
    mistakes = [*_overlay(data, environment), *_read_secrets(data, str(chosen))]
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        mistakes += [_sentence(detail, data, chosen) for detail in error.errors()]
    else:
        mistakes += [f"{chosen}: {found}" for found in advice(settings)]
    if mistakes:
        raise SettingsError(mistakes)
    return settings


def _read(path: Path, *, must_exist: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if must_exist:
            raise SettingsError([f"{path} does not exist: run `smokewatch init` to write one."]) from error
        return {}
    except UnicodeDecodeError as error:
        raise SettingsError([f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8."]) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            [f'{path} is not valid TOML: {error}. Texts need quotes: host = "mail.example".']
        ) from error
    except OSError as error:
        raise SettingsError([f"{path} cannot be read: {error.strerror}."]) from error


def _overlay(data: dict[str, Any], environment: Mapping[str, str]) -> Iterator[str]:
    """Lay the environment over the file's data; it wins."""
    for variable, value in sorted(environment.items()):
        plain = PLAIN_NAMES.get(variable.removesuffix("_FILE"))
        if plain is not None:
            data[plain + ("_file" if variable.endswith("_FILE") else "")] = value
        elif variable.startswith(PREFIX):
            problem = _set(data, variable.removeprefix(PREFIX).lower().split("__"), value)
            if problem:
                yield f"{variable}: {problem}"


def _set(data: dict[str, Any], keys: list[str], value: str) -> str | None:
    place: Any = data
    for key in keys[:-1]:
        if isinstance(place, list):
            named = [item for item in place if str(item.get("name", "")).lower().replace("-", "_") == key]
            if not named:
                names = ", ".join(str(item.get("name")) for item in place)
                return f"there is no mailbox named {key!r}; the file has: {names or 'none'}."
            place = named[0]
        else:
            place = place.setdefault(key, [] if key == "mailbox" else {})
        if not isinstance(place, dict | list):
            return f"{key} is a single value and has no parts."
    if isinstance(place, list):
        return "name a mailbox and a setting: SMOKEWATCH__MAILBOX__<name>__<setting>."
    place[keys[-1]] = _value(value)
    return None


def _value(text: str) -> Any:
    """A variable's text as TOML when it is a list, a number or a truth value, else as it stands."""
    try:
        found = tomllib.loads(f"x = {text}")["x"]
    except tomllib.TOMLDecodeError:
        return text
    return found if isinstance(found, list | int | float | bool) else text


def _read_secrets(data: Any, where: str) -> Iterator[str]:
    """Replace each `X_file` of a secret X by what stands in that file."""
    if isinstance(data, list):
        for item in data:
            if isinstance(item, dict):
                yield from _read_secrets(item, f"{where}, mailbox {item.get('name', '?')}")
    if not isinstance(data, dict):
        return
    for key in list(data):
        name = key.removesuffix("_file")
        if key != name and name in SECRETS:
            path = Path(str(data.pop(key)))
            try:
                data[name] = path.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
                yield f"{where}: {key} names {path}, which cannot be read: {reason}."
        else:
            yield from _read_secrets(data[key], where)


_PLAINLY = {
    "tuple_type": 'should be a list, such as ["one", "two"]',
    "list_type": 'should be a list, such as ["one", "two"]',
    "string_type": "should be text in quotes",
    "int_parsing": "should be a whole number",
    "int_type": "should be a whole number",
    "int_from_float": "should be a whole number",
    "float_parsing": "should be a number",
    "float_type": "should be a number",
    "bool_parsing": "should be true or false",
    "bool_type": "should be true or false",
}
"""What the checker of the settings says of wrong types, for people who write no programs."""


def _sentence(detail: ErrorDetails, data: dict[str, Any], path: Path) -> str:
    """One mistake in words. The value is not repeated, since it may be a secret."""
    *section, name = [str(part) for part in detail["loc"]] or ["?"]
    if section[:1] == ["mailbox"] and len(section) > 1:
        item = data["mailbox"][int(section[1])]
        section = [f"[[mailbox]] {item.get('name', 'number ' + str(int(section[1]) + 1))}", *section[2:]]
    elif section:
        section = [f"[{'.'.join(section)}]"]
    where = f"{path}: " + "".join(f"{part}, " for part in section) + name
    if detail["type"] == "extra_forbidden":
        return f"{where}: there is no such setting; check the spelling against docs/settings.md."
    if detail["type"] == "missing":
        return f"{where}: this setting is missing and has no default."
    if detail["type"] in _PLAINLY:
        return f"{where}: {_PLAINLY[detail['type']]}."
    message = detail["msg"].removeprefix("Input ").removeprefix("Value error, ")
    return f"{where}: {message}." if message.startswith("should") else f"{where}: {message}"
