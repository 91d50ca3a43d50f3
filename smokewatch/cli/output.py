"""Prints for people on a terminal and for programs with --json, and ends with exit codes that scripts can use."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from enum import IntEnum
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

Json = Annotated[bool, typer.Option("--json", help="Print records as JSON, for programs.")]


class Exit(IntEnum):
    """The exit codes; 75 and 78 are those of sysexits.h, which mail servers know."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    TRY_AGAIN = 75
    SETTINGS = 78


def console() -> Console:
    """Standard output; made anew each time, so that a redirected stream is seen."""
    return Console(highlight=False, soft_wrap=False)


def complain(sentence: str) -> None:
    """Print what is wrong to standard error."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(sentence, style="red"))


def refuse(sentence: str, code: Exit = Exit.REFUSED) -> NoReturn:
    """End with a sentence that says what was wrong, where, and what to do."""
    complain(sentence)
    raise typer.Exit(code)


def show_json(data: Any) -> None:
    """Print JSON, times as ISO 8601."""
    print(json.dumps(data, default=_plain, ensure_ascii=False, indent=2))  # noqa: T201 - this is the output


def show_records(records: Sequence[Mapping[str, Any]], *, as_json: bool, empty: str) -> None:
    """Print records as a table or as JSON; `empty` is the sentence for none."""
    if as_json:
        show_json(list(records))
    elif not records:
        console().print(empty)
    else:
        console().print(table(records))


def table(records: Sequence[Mapping[str, Any]]) -> Table:
    """A plain table, headed by the first record's keys."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for key in records[0]:
        made.add_column(key.replace("_", " "), overflow="fold")
    for record in records:
        made.add_row(*(_shown(value) for value in record.values()))
    return made


def _shown(value: Any) -> Text:
    """A cell; never markup, since account names and subjects come from outside."""
    if value is None or value in ("", []):
        return Text("-", style="dim")
    return Text("".join(c if c.isprintable() else " " for c in words(value)))


def words(value: Any) -> str:
    """A value as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1_000 else f"{value:.0f}"  # noqa: PLR2004 - decimals of small numbers only
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def moment(at: datetime) -> str:
    """A time as all commands print it, in this machine's zone: `Wed 6 May 2026 09:30`."""
    local = at.astimezone()
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}"


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
