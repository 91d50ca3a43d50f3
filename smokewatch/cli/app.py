"""Puts the commands together."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from smokewatch.cli import (
    accounts,
    actions,
    anchors,
    backfill,
    closing,
    customer,
    drill,
    explain,
    files,
    handoff,
    mail,
    matrix,
    pack,
    people,
    playbook,
    privacy,
    promises,
    queues,
    records,
    replay,
    rules,
    run,
    search,
    setup,
    verbs,
    work,
)
from smokewatch.cli.session import Choices

app = typer.Typer(
    name="smokewatch",
    help="Sees customer escalations in support mailboxes before they catch fire.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
    epilog="Exit codes: 0 done, 1 refused, 2 wrong usage, 75 try again later, 78 wrong settings.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"smokewatch {version('smokewatch')}")
        raise typer.Exit


@app.callback()
def before(
    ctx: typer.Context,
    config: Annotated[Path | None, typer.Option("--config", help="The settings file.", show_default=False)] = None,
    acting_as: Annotated[str, typer.Option("--as", help="Act as this person of yours (mail address).")] = "",
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Sees customer escalations in support mailboxes before they catch fire."""
    ctx.obj = Choices(config, acting_as)


for module in (
    run,
    setup,
    records,
    search,
    promises,
    queues,
    explain,
    playbook,
    rules,
    verbs,
    handoff,
    pack,
    closing,
    customer,
    actions,
    people,
    accounts,
    anchors,
    files,
    mail,
    matrix,
    work,
    replay,
    backfill,
    drill,
    privacy,
):
    module.add_to(app)
