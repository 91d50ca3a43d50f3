"""Commands about customers and their people: import, list with figures, show, titles to accept."""

from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy import func, select

from smokewatch.bootstrap import utc_now
from smokewatch.cli.output import Json, console, refuse, show_json, show_records, table
from smokewatch.cli.people import DryRun, File, import_file
from smokewatch.cli.session import actor, by, opened, viewer
from store.accountsheet import AccountSheet, account_sheet, find_account
from store.owed import Owed, Wanted, owed
from store.people import Account, AccountDomain
from store.rollups import AccountRollup, rollups
from workflow.accounts import import_accounts
from workflow.contacts import accept_title, contact_for, import_contacts, list_contacts, refuse_title
from workflow.errors import Refused

Name = Annotated[str, typer.Argument(help="The customer's name, or a mail domain of theirs.", show_default=False)]
Address = Annotated[str, typer.Argument(help="The contact's mail address.", show_default=False)]
HISTORY = 20
"""Escalations shown on the terminal; --json has all."""


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    accounts = typer.Typer(help="Customers with their domains, figures and history.", no_args_is_help=True)
    accounts.command("import")(accounts_from)
    accounts.command("list")(list_accounts)
    accounts.command("show")(show)
    app.add_typer(accounts, name="accounts")
    app.add_typer(accounts, name="account", hidden=True)
    contacts = typer.Typer(help="The customers' people, and titles read from their signatures.", no_args_is_help=True)
    contacts.command("import")(contacts_from)
    contacts.command("list")(list_people)
    contacts.command("accept")(accept)
    contacts.command("refuse")(refuse_suggestion)
    app.add_typer(contacts, name="contacts")


def accounts_from(ctx: typer.Context, file: File, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Add or update customers.

    Columns: name, domains, tier, arr, renewal, contacts (email|name|title;...), csat (1 to 5), fragile (why), health,
    owner (mail address), team.
    """
    import_file(ctx, file, import_accounts, as_json=as_json, dry_run=dry_run)


def contacts_from(ctx: typer.Context, file: File, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Add or update contacts. Columns: email, account, name, title, executive (yes, no, or empty for what title says).

    The customer must be known.
    """
    import_file(ctx, file, import_contacts, as_json=as_json, dry_run=dry_run)


def list_accounts(ctx: typer.Context, as_json: Json = False) -> None:
    """All customers with figures over what you may see; a provisional one was made from an unknown sender."""
    query = (
        select(
            Account.id, Account.name, func.string_agg(AccountDomain.domain, " ").label("domains"), Account.tier,
            Account.arr, Account.renewal, Account.health, Account.fragile, Account.provisional,
        )
        .outerjoin(AccountDomain, AccountDomain.account_id == Account.id)
        .group_by(Account.id)
        .order_by(Account.name)
    )  # fmt: skip
    with opened(ctx) as app, app.store.transaction() as session:
        person, own = viewer(ctx, session, app), app.workflow.rollups.rollup
        figures = rollups(session, person, utc_now(), custom=own)
        rows = [dict(row) for row in session.execute(query).mappings()]
    full = [row | figures[row["id"]].to_json() for row in rows]
    shown = full if as_json else [_narrow(row) for row in full]
    show_records(shown, as_json=as_json, empty="There is no account yet: smokewatch accounts import FILE.csv")


def show(ctx: typer.Context, name: Name, as_json: Json = False) -> None:
    """One customer: figures, escalations with their outcome, promises, ratings, contacts, what happened when."""
    with opened(ctx) as app, app.store.transaction() as session:
        person = viewer(ctx, session, app)
        account = find_account(session, name)
        if account is None:
            refuse(f"There is no account named {name!r}; `smokewatch accounts list` shows them all.")
        sheet = account_sheet(session, person, account)
        figures = rollups(session, person, utc_now(), accounts=[account.id], custom=app.workflow.rollups.rollup)
        promises = owed(session, person, utc_now(), Wanted(account=account.name))
        people = [row.to_json() for row in list_contacts(session, person, account.id)]
        titles = {each.name: each.title for each in app.workflow.rollups.rollup}
    figure = figures[sheet.id]
    if as_json:
        facts = sheet.to_json() | {"figures": figure.to_json(), "contacts": people}
        show_json(facts | {"promises": [row.to_json() for row in promises]})
    else:
        _show(sheet, _facts(sheet, figure, titles), promises, people)


def list_people(
    ctx: typer.Context,
    account: Annotated[str, typer.Option(help="Only this customer's, by name.")] = "",
    suggested: Annotated[bool, typer.Option("--suggested", help="Only titles that wait for your yes.")] = False,
    as_json: Json = False,
) -> None:
    """Contacts with title, executive mark, and titles read from their signatures."""
    with opened(ctx) as app, app.store.transaction() as session:
        chosen = find_account(session, account) if account else None
        if account and chosen is None:
            refuse(f"There is no account named {account!r}; `smokewatch accounts list` shows them all.")
        which = None if chosen is None else chosen.id
        rows = list_contacts(session, viewer(ctx, session, app), which, suggested=suggested)
    shown = [row.to_json() for row in rows] if as_json else [_contact(row.to_json()) for row in rows]
    empty = "No title waits for your yes." if suggested else "There is no contact yet."
    show_records(shown, as_json=as_json, empty=empty)


def accept(ctx: typer.Context, address: Address) -> None:
    """Take a title over that was read from a signature."""
    with opened(ctx) as app, app.store.transaction() as session:
        try:
            contact = contact_for(session, actor(ctx, session, app), address)
            title = accept_title(session, by(ctx, session, app), contact)
        except Refused as refused:
            refuse(str(refused))
    console().print(Text(f"{address} is on record as {title}."))


def refuse_suggestion(ctx: typer.Context, address: Address) -> None:
    """Put a title aside that was read from a signature; it is not suggested again."""
    with opened(ctx) as app, app.store.transaction() as session:
        try:
            contact = contact_for(session, actor(ctx, session, app), address)
            title = refuse_title(session, by(ctx, session, app), contact)
        except Refused as refused:
            refuse(str(refused))
    console().print(Text(f"{address} is not taken for {title}."))


def _narrow(figure: dict[str, Any]) -> dict[str, Any]:
    """A customer in the width of a terminal; domains and a team's own figures stand in `accounts show`."""
    name = f"{figure['name']} (guessed)" if figure["provisional"] else figure["name"]
    return (
        {"name": name}
        | {kept: figure[kept] for kept in ("tier", "arr", "renewal", "health")}
        | {
            "open": figure["open"],
            "urgent": figure["urgent"],
            "again": figure["repeated"],
            "missed": figure["promises_missed"],
            "hours": _round(figure["median_hours"]),
            "csat": _round(figure["csat"]),
            "exposed": figure["arr_exposed"],
        }
    )


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _facts(sheet: AccountSheet, figure: AccountRollup, titles: dict[str, str]) -> dict[str, Any]:
    own = {titles[name]: _round(value) for name, value in figure.custom.items()}
    return {
        "domains": " ".join(sheet.domains), "tier": sheet.tier, "yearly value": sheet.arr, "renewal": sheet.renewal,
        "health": sheet.health, "fragile": sheet.fragile, "owner": sheet.owner, "team": sheet.team,
        "provisional": "yes, made from an unknown sender" if sheet.provisional else "",
        "open": f"{figure.open}, {figure.urgent} of them urgent", "again in 90 days": figure.repeated,
        "promises missed": figure.promises_missed, "median hours to resolve": _round(figure.median_hours),
        "satisfaction": _round(figure.csat), "value exposed": figure.arr_exposed, **own,
    }  # fmt: skip


def _show(sheet: AccountSheet, facts: dict[str, Any], promises: list[Owed], people: list[dict[str, Any]]) -> None:
    out = console()
    out.print(Text(sheet.name, style="bold"))
    out.print(table([{"": key, " ": value} for key, value in facts.items() if value not in (None, "")]))
    more = f" (the last {HISTORY} of {len(sheet.escalations)})" if len(sheet.escalations) > HISTORY else ""
    sections: dict[str, list[dict[str, Any]]] = {
        f"Escalations{more}": [
            {
                "number": e.number, "opened": e.opened_at, "state": e.state.replace("_", " "), "title": e.title,
                "owner": e.owner, "hours": _round(e.hours), "outcome": e.resolution,
            }
            for e in sheet.escalations[:HISTORY]
        ],
        "What we owe": [
            {"stands": p.standing, "due": p.due_at, "promise": p.quote, "on": p.escalation} for p in promises
        ],
        "Ratings": [
            {"at": r.at, "on": r.number, "of 5": r.score, "by": r.address, "words": r.text} for r in sheet.ratings
        ],
        "Contacts": [_contact(row) for row in people],
        "What happened": [
            {"at": h.at, "on": h.number, "what": h.what, "from": h.from_value, "to": h.to_value} for h in sheet.timeline
        ],
    }  # fmt: skip
    for title, rows in sections.items():
        if rows:
            out.print(Text(f"\n{title}", style="bold"))
            out.print(table(rows))


def _contact(row: dict[str, Any]) -> dict[str, Any]:
    executive = "yes" if row["executive"] else ""
    return {
        "name": row["name"], "address": row["email"], "account": row["account"], "title": row["title"],
        "executive": f"{executive or 'no'} (marked)" if row["marked"] else executive,
        "suggested title": row["suggested_title"],
    }  # fmt: skip
