"""Reads an escalation's number from the command line."""

import re
from typing import Annotated

import typer


def parse_number(text: str) -> int:
    """42 for `ESC-42`, `esc-42` or `42`.

    Raises:
        typer.BadParameter: it is none of these.

    """
    found = re.fullmatch(r"(?:ESC-)?(\d{1,18})", text.strip(), re.IGNORECASE)
    if found is None:
        raise typer.BadParameter(f"{text!r} is not an escalation's number; write it like ESC-42.")
    return int(found[1])


Number = Annotated[int, typer.Argument(parser=parse_number, metavar="ESC-NUMBER", help="Such as ESC-42.")]
