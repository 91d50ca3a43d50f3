"""`smokewatch promises`: what we owe, by when, to whom."""

from typing import Annotated

import typer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.words import PromiseState
from smokewatch.bootstrap import utc_now
from smokewatch.cli.output import Json, refuse, show_json, show_records
from smokewatch.cli.session import actor, opened
from store.owed import Owed, Wanted, owed
from store.people import Person, Team

LONGEST_LIST = 10_000


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("promises")(list_promises)


def list_promises(  # noqa: PLR0913, PLR0917 - one per option
    ctx: typer.Context,
    account: Annotated[str | None, typer.Option(help="Only to this customer, by name.")] = None,
    team: Annotated[str | None, typer.Option(help="Only of this team.")] = None,
    person: Annotated[str | None, typer.Option(help="Only of this colleague (mail address).")] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only your own.")] = False,
    state: Annotated[list[PromiseState] | None, typer.Option(help="Only in this state; may be given twice.")] = None,
    as_json: Json = False,
) -> None:
    """What we owe to customers and by when, overdue first; with --state also what is settled."""
    with opened(ctx) as app, app.store.transaction() as session:
        viewer = actor(ctx, session, app)
        maker = viewer.email if mine else _known(session, person)
        wanted = Wanted(account, _team(session, team), maker, tuple(state or ()), limit=LONGEST_LIST)
        rows = owed(session, viewer, utc_now(), wanted)
    if as_json:
        show_json([row.to_json() for row in rows])
    else:
        show_records([_shown(row) for row in rows], as_json=False, empty="We owe nothing that you may see.")


def _shown(row: Owed) -> dict[str, object]:
    marks = [word for word, on in (("time assumed", row.assumed), ("day or month unclear", row.ambiguous)) if on]
    return {
        "stands": row.standing,
        "due": row.due_at,
        "to": row.account or row.to,
        "promise": row.quote + (f" ({', '.join(marks)})" if marks else ""),
        "by": row.made_by.partition("@")[0],
        "on": row.escalation,
    }


def _known(session: Session, address: str | None) -> str | None:
    if address is None:
        return None
    if session.scalar(select(Person.id).where(Person.email == address.lower())) is None:
        refuse(f"{address} is not one of your people; `smokewatch people list` shows them all.")
    return address.lower()


def _team(session: Session, name: str | None) -> int | None:
    if name is None:
        return None
    found = session.scalar(select(Team.id).where(func.lower(Team.name) == name.lower()))
    if found is None:
        names = ", ".join(session.scalars(select(Team.name).order_by(Team.name).limit(20)))
        refuse(f"There is no team named {name!r}; there are: {names or 'none'}.")
    return found
