"""Opens the program for one command: settings, engines, database; every failure becomes a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.load import load_settings
from config.settings import Settings
from config.words import Channel, Role
from smokewatch.bootstrap import App, build, utc_now
from smokewatch.cli.output import refuse
from smokewatch.engines.local import LocalEngines
from store.people import Person
from workflow.record import By


@dataclass
class Choices:
    """What stands before the command: which settings, and as whom to act."""

    config: Path | None = None
    acting_as: str = ""


def choices(ctx: typer.Context) -> Choices:
    """The options given before the command."""
    found = ctx.find_object(Choices)
    return found or Choices()


def settings_of(ctx: typer.Context) -> Settings:
    """The settings.

    Raises:
        SettingsError: they are wrong.

    """
    return load_settings(choices(ctx).config)


@contextmanager
def opened(ctx: typer.Context) -> Iterator[App]:
    """The program with its database; the embedded one is started when it does not run, and then stopped again."""
    with LocalEngines(settings_of(ctx)) as engines:
        app = build(engines.settings)
        try:
            yield app
        finally:
            app.close()


def actor(ctx: typer.Context, session: Session, app: App) -> Person:
    """The person who acts: --as, else the settings' admin."""
    email = (choices(ctx).acting_as or app.settings.admin).lower()
    if not email:
        refuse("Say who you are: smokewatch --as you@company.example ..., or set admin in the settings.")
    person = session.scalar(select(Person).where(Person.email == email, Person.active))
    if person is None:
        refuse(f"{email} is not one of your people; add them with `smokewatch people import FILE.csv`.")
    return person


def by(ctx: typer.Context, session: Session, app: App, reason: str | None = None) -> By:
    """Who acts, now, through the command line."""
    person = actor(ctx, session, app)
    return By(person.id, person.email, Channel.CLI, utc_now(), reason, app.settings.outgoing.domain)


def viewer(ctx: typer.Context, session: Session, app: App) -> Person | None:
    """Who looks; None, who sees all, is whoever keeps the machine."""
    return None if _keeps_the_machine(ctx, session, app) else actor(ctx, session, app)


def by_admin(ctx: typer.Context, session: Session, app: App, but: str = "") -> By:
    """Who does, through the command line, what only an admin may, and the person `but` for their own things.

    Who is named, by --as or in the settings, must be an admin; whoever keeps the machine need not be one of the people.
    """
    if _keeps_the_machine(ctx, session, app):
        name = choices(ctx).acting_as or app.settings.admin or "smokewatch"
        return By(None, name.lower(), Channel.CLI, utc_now(), None, app.settings.outgoing.domain)
    person = actor(ctx, session, app)
    if person.role != Role.ADMIN and person.email != but:
        refuse(f"{person.email} is no admin ({person.role}), and only an admin may do this: ask one, or act --as one.")
    return by(ctx, session, app)


def _keeps_the_machine(ctx: typer.Context, session: Session, app: App) -> bool:
    """Whether nobody of the people is named. Who can run the program can read its database anyway."""
    if session.scalar(select(Person.id).limit(1)) is None:
        return True
    known = select(Person.id).where(func.lower(Person.email) == app.settings.admin.lower())
    return not choices(ctx).acting_as and session.scalar(known) is None
