"""Commands that set the program up: init and check."""

import csv
import io
from typing import Annotated

import typer
from rich.padding import Padding
from rich.text import Text
from sqlalchemy import select

from config.load import DEFAULT_PATH, SettingsError, load_settings
from config.words import Channel, Role
from smokewatch import checks, interview
from smokewatch.bootstrap import build, utc_now
from smokewatch.cli.output import Exit, Json, complain, console, refuse, show_json
from smokewatch.cli.session import choices, opened, settings_of
from smokewatch.engines.local import LocalEngines, is_sample
from store.people import Person
from workflow.people import import_people
from workflow.record import By


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(init)
    app.command()(check)


def init(
    ctx: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
) -> None:
    """Ask about your mailbox, write the settings, and test them."""
    path = choices(ctx).config or DEFAULT_PATH
    if path.exists() and not force:
        refuse(f"{path} exists: edit it, or give --force to write a new one.")
    answers = interview.ask()
    interview.write(path, answers)
    console().print(Text(f"Written: {path}"))
    try:
        load_settings(path)
    except SettingsError as error:
        for sentence in error.sentences:
            complain(sentence)
        raise typer.Exit(Exit.SETTINGS) from error
    choices(ctx).config = path
    add_first_person(ctx, answers.admin, answers.admin_name)
    check(ctx)


def add_first_person(ctx: typer.Context, email: str, name: str) -> None:
    """Make the admin one of the people, so that alerts reach somebody and the command line knows who acts."""
    with opened(ctx) as app, app.store.transaction() as session:
        if session.scalar(select(Person.id).limit(1)) is None:
            rows = io.StringIO()
            csv.writer(rows).writerows([("email", "name", "role"), (email, name, Role.ADMIN.value)])
            by = By(None, email, Channel.CLI, utc_now(), None, app.settings.outgoing.domain)
            import_people(session, by, rows.getvalue(), "your answers")


def check(ctx: typer.Context, as_json: Json = False) -> None:
    """Test everything the program needs, with the fix for each.

    Settings, database, queue, clock, disk, mailboxes, outgoing mail, DNS, the mail library and people.
    """
    settings = settings_of(ctx)
    with LocalEngines(settings, queue=True, mail=True) as engines:
        app = build(engines.settings)
        try:
            findings = []
            for finding in checks.check_all(app, local_mail=is_sample(settings)):
                findings.append(finding)
                if not as_json:
                    _print(finding)
        finally:
            app.close()
    if as_json:
        show_json([vars(finding) for finding in findings])
    if any(finding.fatal and not finding.ok for finding in findings):
        raise typer.Exit(Exit.REFUSED)


def _print(finding: checks.Finding) -> None:
    mark = Text("ok    ", style="green") if finding.ok else Text("WRONG ", style="red" if finding.fatal else "yellow")
    line = mark.append(f"{finding.what}: ", style="bold").append(finding.detail, style="")
    console().print(line)
    if finding.fix:
        console().print(Padding(Text(finding.fix), (0, 0, 0, 6), expand=False))
