"""The command that runs mails at their own times through the pipeline: replay."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import Progress

from config.settings import Settings
from smokewatch import logs
from smokewatch.bootstrap import build, loop_mark, read_policy
from smokewatch.cli.output import Exit, Json, complain, refuse
from smokewatch.cli.session import settings_of
from smokewatch.engines.local import LocalEngines
from smokewatch.replay.events import Event
from smokewatch.replay.mails import from_files, from_store
from smokewatch.replay.run import Replay
from smokewatch.replay.scenery import Files


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(replay)


def replay(  # noqa: PLR0913, PLR0917 - one argument an option
    ctx: typer.Context,
    path: Annotated[str, typer.Argument(help="An mbox, a Maildir, a folder of .eml files or one .eml.")] = "",
    stored: Annotated[bool, typer.Option("--stored", help="The mails kept here instead of a file.")] = False,
    policy: Annotated[Path | None, typer.Option(help="Judge by this policy.", show_default=False)] = None,
    people: Annotated[Path | None, typer.Option(help="CSV of our people.", show_default=False)] = None,
    teams: Annotated[Path | None, typer.Option(help="CSV of our teams.", show_default=False)] = None,
    accounts: Annotated[Path | None, typer.Option(help="CSV of customers.", show_default=False)] = None,
    history: Annotated[Path | None, typer.Option(help="JSON of earlier escalations.", show_default=False)] = None,
    until: Annotated[str, typer.Option(help="Stop the clock here, as in 2026-05-20T18:00:00Z.")] = "",
    as_json: Json = False,
) -> None:
    """Run mails at their own times through everything, on a scratch schema, and send nothing.

    Without set-up files the people, teams and accounts kept here are used. Without --until the clock goes on for
    30 days after the last mail.
    """
    if bool(path) == stored:
        refuse("Name one mbox, Maildir or folder of mails, or say --stored for the mails kept here.", Exit.USAGE)
    files = Files(teams, people, accounts, history)
    stop = _moment(until) if until else None
    settings = settings_of(ctx)
    if policy is not None:
        settings = settings.model_copy(update={"policy": policy})
    with prepared(settings, path, files) as run, replace(run, until=stop).clock() as clock:
        for sentence in run.spool.skipped:
            complain(f"Passed over: {sentence}.")
        with _bar(len(run.spool.arrivals)) as advance:
            clock.progress = advance
            for event in clock.run():
                print_line(event)


@contextmanager
def prepared(settings: Settings, path: str, files: Files) -> Iterator[Replay]:
    """What to run, its engines started and its mails read; `path` is empty for the stored mails."""
    logs.configure("ERROR")
    spool = from_files(Path(path), settings.limits) if path else None
    with LocalEngines(settings) as engines:
        policy = read_policy(engines.settings)
        if spool is not None and files.given:
            yield Replay(engines.settings, policy, spool, files)
            return
        app = build(engines.settings)
        try:
            with app.store.transaction() as session:
                mark = loop_mark(session)
            yield Replay(app.settings, policy, spool or from_store(app.store), files, app.store, mark)
        finally:
            app.close()


def print_line(event: Event) -> None:
    """One JSON object on one line."""
    sys.stdout.write(orjson.dumps(event).decode() + "\n")


@contextmanager
def _bar(mails: int) -> Iterator[Callable[[int], None]]:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Replaying", total=mails)
        yield lambda done: progress.advance(task, done)


def _moment(words: str) -> datetime:
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        refuse(f'--until "{words}" is no time: write it as in 2026-05-20T18:00:00Z, or as a date.', Exit.USAGE)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
