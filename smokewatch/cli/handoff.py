"""`smokewatch handoff ESC-1 --to @lena`: a colleague gets the summary; or what it belongs to has become another."""

from typing import Annotated

import typer

from smokewatch.cli.numbers import Number
from smokewatch.cli.output import Json
from smokewatch.cli.verbs import Words, run_verb
from workflow.verbs import VERBS


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(handoff)


def handoff(
    ctx: typer.Context,
    number: Number,
    words: Words = None,
    to: Annotated[str, typer.Option(help="The colleague, as @name or by address.", show_default=False)] = "",
    as_json: Json = False,
) -> None:
    """Hand it over: to a colleague with --to @name, who gets the whole summary by mail; TEXT stands on top of it.

    Or say what it belongs to now, as in `handoff ESC-1 deal D-7`.
    """
    text = " ".join(words or [])
    if to:
        # A name without its @ would read as a sentence.
        name = to if "@" in to else f"@{to}"
        text = f"{name}: {text}" if text else name
    run_verb(ctx, VERBS["handoff"], number, [text] if text else [], as_json=as_json)
