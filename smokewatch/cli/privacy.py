"""Commands for what must not be kept, and for taking rights away: forget, retention, token revoke."""

from typing import Annotated

import typer
from rich.text import Text
from sqlalchemy import select

from smokewatch import forgetting
from smokewatch.cli.output import Exit, Json, console, refuse, show_json
from smokewatch.cli.session import by_admin, opened
from store import audit, tokens
from store.people import Person


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(forget)
    app.command()(retention)
    group = typer.Typer(help="The private addresses that answers come to.", no_args_is_help=True)
    group.command("revoke")(revoke)
    group.command("rotate")(rotate)
    app.add_typer(group, name="token")


def forget(
    ctx: typer.Context,
    address: Annotated[str, typer.Argument(help="A customer's mail address.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Remove what is stored of a customer, for good.

    Mails, texts, quotes, name and address. It cannot be undone.
    """
    address = address.strip().lower()
    with opened(ctx) as app:
        with app.store.transaction() as session:
            by_admin(ctx, session, app)  # before anything is said of what is stored
            count = forgetting.count(session, address)
            if not any(count.values()):
                refuse(f"Nothing is stored of {address}.")
        if not yes:
            typer.confirm(f"Remove {_mails(count)} of {address} for good?", abort=True)
        with app.store.transaction() as session:
            change = by_admin(ctx, session, app)
            count = forgetting.forget(session, address, change)
    if as_json:
        show_json(count)
    else:
        console().print(Text(f"Forgotten: {_mails(count)} of {address}. The copies on the mail server stay."))


def retention(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    as_json: Json = False,
) -> None:
    """Empty mails older than retention_days.

    Those of open escalations stay until they are closed. A running worker does this once a day.
    """
    with opened(ctx) as app:
        days = app.settings.retention_days
        if not days:
            refuse("retention_days is not set, so all mail is kept; set it in the settings first.", Exit.SETTINGS)
        with app.store.transaction() as session:
            change = by_admin(ctx, session, app)
        count = forgetting.expire(app.store, days, change, dry_run=dry_run)
    if as_json:
        show_json({"messages": count, "dry_run": dry_run})
        return
    were = "would be" if dry_run else "was" if count == 1 else "were"
    console().print(f"{_number(count)} {were} emptied (older than {days} days).")


def revoke(ctx: typer.Context, email: Annotated[str, typer.Argument(help="A person of yours.")]) -> None:
    """Make a person's reply addresses worthless.

    For a lost phone or a forwarded alert; the next alert brings a new address.
    """
    with opened(ctx) as app, app.store.transaction() as session:
        person = session.scalar(select(Person).where(Person.email == email.lower()))
        if person is None:
            refuse(f"{email} is not one of your people.")
        change = by_admin(ctx, session, app, but=person.email)
        tokens.revoke(session, person.id)
        audit.record(
            session,
            audit.Change(
                audit.SYSTEM, change.now, change.actor, change.channel, "tokens revoked", detail={"person": person.id}
            ),
        )
    console().print(Text(f"Mails sent to {email} so far cannot be answered with commands any more."))


def rotate(ctx: typer.Context) -> None:
    """Sign reply addresses with a new key.

    Those signed with the last one stay good until the next rotation.
    """
    with opened(ctx) as app, app.store.transaction() as session:
        change = by_admin(ctx, session, app)
        tokens.rotate(session, change.now)
        audit.record(session, audit.Change(audit.SYSTEM, change.now, change.actor, change.channel, "token key rotated"))
    console().print("A new key signs from now on.")


def _mails(count: dict[str, int]) -> str:
    return _number(count["messages"] + count["unread"])


def _number(mails: int) -> str:
    return "1 mail" if mails == 1 else f"{mails} mails"
