"""Commands about our people and teams, and the import of CSV files."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from smokewatch.cli.output import Exit, Json, complain, console, refuse, show_json, show_records, words
from smokewatch.cli.session import by_admin, opened
from store.people import Person, Team
from workflow.csvfile import CsvError
from workflow.dryrun import Preview, preview
from workflow.people import Imported, import_people, import_teams
from workflow.preferences import DEFAULT, prefer
from workflow.record import By

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be added and changed.")]
File = Annotated[Path, typer.Argument(help="A CSV file in UTF-8, with a line of column names.", show_default=False)]
Importer = Callable[[Session, By, str, str], Imported]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for name, help_text, importer, lister in (
        ("people", "Those of us who are told and may command.", people_from, list_people),
        ("teams", "Teams with their hours and mailboxes.", teams_from, list_teams),
    ):
        group = typer.Typer(help=help_text, no_args_is_help=True)
        group.command("import")(importer)
        group.command("list")(lister)
        if name == "people":
            group.command("set")(set_preferences)
        app.add_typer(group, name=name)


def people_from(ctx: typer.Context, file: File, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Add or update people. Columns: email, name, role (admin, manager, agent); may follow: team, title, manager, zone.

    And how each wants to be told, empty for the policy's value: digest_hour, quiet_from, quiet_until, daily_budget.
    """
    import_file(ctx, file, import_people, as_json=as_json, dry_run=dry_run)


def teams_from(ctx: typer.Context, file: File, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Add or update teams. Columns: team, zone, open, close, holidays, mailboxes, country (; parts lists)."""
    import_file(ctx, file, import_teams, as_json=as_json, dry_run=dry_run)


def set_preferences(
    ctx: typer.Context,
    email: Annotated[str, typer.Argument(help="A person of yours.", show_default=False)],
    digest_hour: Annotated[str, typer.Option(help="Local hour of the daily digest, 0 to 23.")] = "",
    quiet: Annotated[str, typer.Option(help="Between these times of day no alerts, as in 20:00-07:00.")] = "",
    daily_budget: Annotated[str, typer.Option(help="Alerts a day; more stand in the digest.")] = "",
) -> None:
    """Set how a person wants to be told; `default` takes the policy's value back. Without options, show it."""
    begin, between, end = quiet.partition("-")
    if quiet and not between and quiet.lower() != DEFAULT:
        refuse(f'"{quiet}" is no span of time: write it as in 20:00-07:00, or `{DEFAULT}`.', Exit.USAGE)
    typed = {"digest_hour": digest_hour, "quiet_from": begin, "quiet_until": end or begin, "daily_budget": daily_budget}
    with opened(ctx) as app, app.store.transaction() as session:
        change = by_admin(ctx, session, app, but=email.lower())
        person = session.scalar(select(Person).where(Person.email == email.lower()))
        if person is None:
            refuse(f"{email} is not one of your people; `smokewatch people list` shows them.")
        prefer(session, change, person, {name: text for name, text in typed.items() if text})
        policy = app.policy.alerts
        until = [
            person.preferences.get(name, f"{getattr(policy, name):%H:%M}") for name in ("quiet_from", "quiet_until")
        ]
        hour, budget = (person.preferences.get(name, getattr(policy, name)) for name in ("digest_hour", "daily_budget"))
        zone = person.zone
    silent = f"quiet from {until[0]} to {until[1]}" if until[0] != until[1] else "no quiet hours"
    console().print(Text(f"{email.lower()}: digest at {hour:02}:00, {silent} ({zone}), {budget} alerts a day."))


def list_people(ctx: typer.Context, as_json: Json = False) -> None:
    """All people."""
    manager = aliased(Person)
    query = (
        select(
            Person.name, Person.email, Person.handle, Person.role, Team.name.label("team"),
            manager.email.label("manager"), Person.zone, Person.active,
        )
        .outerjoin(Team, Team.id == Person.team_id)
        .outerjoin(manager, manager.id == Person.manager_id)
        .order_by(Person.name)
    )  # fmt: skip
    _list(ctx, query, as_json=as_json, empty="Nobody is known yet: smokewatch people import FILE.csv")


def list_teams(ctx: typer.Context, as_json: Json = False) -> None:
    """All teams."""
    query = select(Team.name, Team.zone, Team.opens, Team.closes, Team.mailboxes).order_by(Team.name)
    _list(ctx, query, as_json=as_json, empty="There is no team yet: smokewatch teams import FILE.csv")


def _list(ctx: typer.Context, query: Select[*tuple[Any, ...]], *, as_json: bool, empty: str) -> None:
    with opened(ctx) as app, app.store.transaction() as session:
        rows = [dict(row) for row in session.execute(query).mappings()]
    show_records(rows, as_json=as_json, empty=empty)


def import_file(ctx: typer.Context, file: Path, importer: Importer, *, as_json: bool, dry_run: bool = False) -> None:
    """Run an import as an admin, and say what it did - or would do - or everything that is wrong in the file."""
    text = _read(file)
    try:
        with opened(ctx) as app, app.store.transaction() as session:
            change = by_admin(ctx, session, app)
            if dry_run:
                show_preview(preview(session, change, text, str(file), importer), as_json=as_json)
                return
            done = importer(session, change, text, str(file))
    except CsvError as error:
        for sentence in str(error).splitlines():
            complain(sentence)
        raise typer.Exit(Exit.REFUSED) from error
    if as_json:
        show_json(vars(done))
        return
    console().print(Text(f"{done.created} added, {done.updated} brought up to date."))
    for note in done.notes:
        console().print(Text(note))


def show_preview(found: Preview, *, as_json: bool) -> None:
    """Say what an import would do."""
    if as_json:
        show_json([each.to_json() for each in found.planned])
        return
    for each in found.planned:
        said = "; ".join(_field(each.what, *field) for field in each.fields)
        console().print(Text(f"{each.what:<6} {each.kind} {each.name}{': ' if said else ''}{said}"))
    for note in found.imported.notes:
        console().print(Text(note))
    count = Counter(each.what for each in found.planned)
    summary = ", ".join(f"{count[what]} to {what}" for what in ("add", "change", "remove") if count[what])
    console().print(Text(f"{summary or 'Nothing would change'}. This was a dry run: nothing was done."))


def _field(what: str, column: str, before: object, after: object) -> str:
    if what == "add":
        return f"{column} {words(after)}"
    return f"{column} {_said(before)}, then {_said(after)}"


def _said(value: object) -> str:
    return "empty" if value is None or value in ("", [], {}) else words(value)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        refuse(f"{file} is not UTF-8 text (byte {error.start}): save it as UTF-8.")
    except OSError as error:
        refuse(f"{file} cannot be read: {error.strerror}.")
