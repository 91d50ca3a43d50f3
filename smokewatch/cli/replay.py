"""The command that runs mails at their own times through the pipeline: replay."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
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
from smokewatch.cli.output import Exit, Json, complain, console, refuse
from smokewatch.cli.session import settings_of
from smokewatch.engines.local import LocalEngines
from smokewatch.replay.compare import Difference, compare
from smokewatch.replay.events import Event
from smokewatch.replay.mails import from_files, from_store
from smokewatch.replay.outcome import Outcome, outcome
from smokewatch.replay.run import Replay
from smokewatch.replay.scenery import Files
from smokewatch.replay.words import differences, summary


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
    compared: Annotated[
        tuple[Path, Path] | None,
        typer.Option("--compare", help="OLD.toml NEW.toml: what another policy would change.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Run mails at their own times through everything, on a scratch schema, and send nothing.

    Without set-up files the people, teams and accounts kept here are used. Without --until the clock goes on for
    30 days after the last mail.
    """
    if bool(path) == stored:
        refuse("Name one mbox, Maildir or folder of mails, or say --stored for the mails kept here.", Exit.USAGE)
    if policy is not None and compared:
        refuse("--compare names two policies already: leave --policy out.", Exit.USAGE)
    stop = _moment(until) if until else None
    settings = _judged_by(settings_of(ctx), policy)
    rules = [read_policy(_judged_by(settings, path)) for path in compared or ()]
    with prepared(settings, path, Files(teams, people, accounts, history)) as found:
        run = replace(found, until=stop)
        for sentence in run.spool.skipped:
            complain(f"Passed over: {sentence}.")
        if rules:
            old, new = (_outcome(replace(run, policy=each)) for each in rules)
            _tell(compare(old, new), as_json=as_json)
        else:
            _once(run, as_json=as_json)


def _once(run: Replay, *, as_json: bool) -> None:
    """Print each event as it comes, or at the end what it all came to."""
    with bar(len(run.spool.arrivals)) as advance, replace(run, progress=advance).started() as replayed:
        for event in replayed.run():
            if as_json:
                print_line(event)
        if not as_json:
            with replayed.store.transaction() as session:
                found = outcome(session)
            print_words(summary(found, replayed.intake.mails, replayed.intake.parked))


def _outcome(run: Replay) -> Outcome:
    with bar(len(run.spool.arrivals)) as advance, replace(run, progress=advance).started() as replayed:
        for _event in replayed.run():
            pass
        with replayed.store.transaction() as session:
            return outcome(session)


def _tell(found: list[Difference], *, as_json: bool) -> None:
    if not as_json:
        print_words(differences(found))
        return
    for each in found:
        print_line(each.to_json())


def _judged_by(settings: Settings, policy: Path | None) -> Settings:
    return settings if policy is None else settings.model_copy(update={"policy": policy})


@contextmanager
def prepared(settings: Settings, path: str, files: Files) -> Iterator[Replay]:
    """What to run, its engines started and its mails read; `path` is empty for the stored mails."""
    logs.configure("ERROR")
    with ExitStack() as stack:
        spool = stack.enter_context(from_files(Path(path), settings.limits)) if path else None
        engines = stack.enter_context(LocalEngines(settings))
        policy = read_policy(engines.settings)
        if spool is not None and files.given:
            yield Replay(engines.settings, policy, spool, files)
            return
        app = build(engines.settings)
        stack.callback(app.close)
        with app.store.transaction() as session:
            mark = loop_mark(session)
        spool = spool or stack.enter_context(from_store(app.store))
        yield Replay(app.settings, policy, spool, files, app.store, mark)


def print_line(event: Event) -> None:
    """One JSON object on one line."""
    sys.stdout.write(orjson.dumps(event).decode() + "\n")


def print_words(lines: Iterable[str]) -> None:
    """Lines for people; never markup, since quotes come from outside."""
    for line in lines:
        console().print(line, markup=False, soft_wrap=True)


@contextmanager
def bar(mails: int) -> Iterator[Callable[[int], None]]:
    """Show on standard error, when it is a terminal, how many of the mails are done; call what it gives for each."""
    errors = Console(stderr=True)
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("Replaying", total=mails)
        yield lambda done: progress.advance(task, done)


def _moment(words: str) -> datetime:
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        refuse(f'--until "{words}" is no time: write it as in 2026-05-20T18:00:00Z, or as a date.', Exit.USAGE)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
