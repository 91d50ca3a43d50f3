"""The command that trains a team on a scripted storm of mails: drill."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from smokewatch import logs
from smokewatch.bootstrap import read_policy
from smokewatch.cli.output import Json, console, show_json, show_records
from smokewatch.cli.session import settings_of
from smokewatch.drill.game import Game
from smokewatch.drill.lines import Lines, Script, Terminal
from smokewatch.drill.play import Play
from smokewatch.drill.scenario import DrillError, load, titles
from smokewatch.drill.sheet import score
from smokewatch.drill.stage import stage
from smokewatch.drill.words import sheet_lines
from smokewatch.engines.local import LocalEngines

FASTEST = 10_000
"""Story minutes a second; a week in a second is faster than anybody reads."""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(drill)


def drill(
    ctx: typer.Context,
    scenario: Annotated[str, typer.Argument(help="Its name, or a .toml file of your own; none lists them.")] = "",
    speed: Annotated[float, typer.Option(min=0, max=FASTEST, help="Story minutes a second; 0 waits for Enter.")] = 1,
    script: Annotated[Path | None, typer.Option(help="Take the lines from this file.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Train on a scripted storm of mails in a sandbox, on a fast clock, and see your score.

    Nothing is sent, and nothing of your own is changed.
    """
    if not scenario:
        records = [{"drill": each.name, "title": each.title, "about": each.about} for each in titles()]
        show_records(records, as_json=as_json, empty="No drill comes with this program.")
        return
    story = load(scenario)
    logs.configure("ERROR")
    say = _printer(Console(stderr=True, highlight=False) if as_json else console())
    lines = _lines(script, speed, say)
    with LocalEngines(settings_of(ctx)) as engines:
        policy = read_policy(engines.settings)
        with stage(engines.settings, policy, story, scenario) as sandbox:
            game = Game.begun(story, sandbox)
            Play(game, lines, say).run()
            sheet = score(game)
    if as_json:
        show_json(sheet.to_json())
        return
    for line in sheet_lines(sheet, game):
        say(line)


def _lines(script: Path | None, speed: float, say: Callable[[str], None]) -> Lines:
    """The script's lines; without one the terminal's, or those that another program pipes in."""
    if script is None:
        return Terminal(speed) if sys.stdin.isatty() else Script(sys.stdin, say)
    try:
        return Script(script.read_text(encoding="utf-8").splitlines(), say)
    except UnicodeDecodeError as error:
        raise DrillError(f"{script} is not UTF-8 text (byte {error.start}): save it as UTF-8.") from error
    except OSError as error:
        raise DrillError(f"{script} cannot be read: {error.strerror}.") from error


def _printer(out: Console) -> Callable[[str], None]:
    """Prints plain lines; never markup, and no control characters, since mails come from outside."""
    return lambda line: out.print("".join(c for c in line if c.isprintable()), markup=False, soft_wrap=True)
