"""Commands over what waits: parked mails, the outbox, the audit."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts import outbox
from config.words import RawState
from ingest import work
from smokewatch.cli.output import Exit, Json, console, refuse, show_json, show_records
from smokewatch.cli.session import by_admin, opened, viewer
from store import audit
from store.mail import RawMail
from workflow.record import By

Ids = Annotated[list[int] | None, typer.Argument(help="Numbers from the list.", show_default=False)]
All = Annotated[bool, typer.Option("--all", help="All of them.")]
LONGEST_LIST = 1_000


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    groups: tuple[tuple[str, str, dict[str, Callable[..., None]]], ...] = (
        (
            "parked",
            "Mails that could not be processed.",
            {"list": list_parked, "retry": retry_parked, "drop": drop_parked},
        ),
        (
            "outbox",
            "Mails of ours that have not left.",
            {"list": list_outbox, "retry": retry_outbox, "drop": drop_outbox},
        ),
        ("audit", "The record of every change.", {"verify": verify_audit}),
    )
    for name, help_text, functions in groups:
        group = typer.Typer(help=help_text, no_args_is_help=True)
        for verb, function in functions.items():
            group.command(verb)(function)
        app.add_typer(group, name=name)


def list_parked(ctx: typer.Context, as_json: Json = False) -> None:
    """Parked mails with their reasons."""
    query = select(RawMail.id, RawMail.received_at, RawMail.size, RawMail.reason, RawMail.error).where(
        RawMail.state == RawState.PARKED
    )
    with opened(ctx) as app, app.store.transaction() as session:
        by_admin(ctx, session, app)
        rows = [dict(row) for row in session.execute(query.order_by(RawMail.id).limit(LONGEST_LIST)).mappings()]
    show_records(rows, as_json=as_json, empty="No mail is parked.")


def retry_parked(ctx: typer.Context, ids: Ids = None, everything: All = False) -> None:
    """Let parked mails be read again."""
    with opened(ctx) as app:
        with app.store.transaction() as session:
            change = by_admin(ctx, session, app)
            chosen = _chosen(session, ids, everything, RawState.PARKED)
            count = work.retry(session, chosen)
            _note(session, change, "parked mail retried", chosen)
        app.process(chosen)
        with app.store.transaction() as session:
            again = session.scalars(
                select(RawMail.id).where(RawMail.id.in_(chosen), RawMail.state == RawState.PARKED)
            ).all()
    console().print(f"{count} read again, {count - len(again)} of them processed, {len(again)} parked again.")
    if again:
        raise typer.Exit(Exit.REFUSED)


def drop_parked(ctx: typer.Context, ids: Ids = None, everything: All = False) -> None:
    """Leave parked mails aside for good; their bytes are kept like those of all mail."""
    with opened(ctx) as app, app.store.transaction() as session:
        change = by_admin(ctx, session, app)
        chosen = _chosen(session, ids, everything, RawState.PARKED)
        work.finish(session, chosen, RawState.IGNORED, "dropped by hand", change.now)
        _note(session, change, "parked mail dropped", chosen)
    console().print(f"{len(chosen)} dropped.")


def list_outbox(ctx: typer.Context, as_json: Json = False) -> None:
    """Mails of ours that wait, failed or are held back, with the reason."""
    with opened(ctx) as app, app.store.transaction() as session:
        lines = outbox.list_notices(session, viewer(ctx, session, app))
    show_records([asdict(line) for line in lines], as_json=as_json, empty="The outbox is empty.")


def retry_outbox(ctx: typer.Context, ids: Ids = None, everything: All = False) -> None:
    """Send mails of ours now that wait, failed or are held back.

    A blocked address is tried again.
    """
    _each_notice(ctx, ids, everything, "notice sent again", outbox.retry)


def drop_outbox(ctx: typer.Context, ids: Ids = None, everything: All = False) -> None:
    """Give mails of ours up; they are not sent."""
    _each_notice(ctx, ids, everything, "notice dropped", _drop)


def _drop(session: Session, notice_id: int, now: datetime) -> bool:
    return outbox.drop(session, notice_id, "dropped by hand", now)


def verify_audit(ctx: typer.Context, as_json: Json = False) -> None:
    """Prove that nobody changed or removed a row of the audit."""
    with opened(ctx) as app, app.store.transaction() as session:
        broken = audit.verify(session)
        root = audit.root(session)
    if as_json:
        show_json({"holds": not broken, "root": root, "breaks": [vars(each) for each in broken]})
    elif broken:
        show_records([vars(each) for each in broken], as_json=False, empty="")
    else:
        console().print(f"The audit holds. Its root is {root}", soft_wrap=True)
    if broken:
        raise typer.Exit(Exit.REFUSED)


def _each_notice(
    ctx: typer.Context,
    ids: Sequence[int] | None,
    everything: bool,
    what: str,
    do: Callable[[Session, int, datetime], bool],
) -> None:
    if not ids and not everything:
        refuse("Name the mails by number (`smokewatch outbox list`), or give --all.", Exit.USAGE)
    with opened(ctx) as app, app.store.transaction() as session:
        change = by_admin(ctx, session, app)
        listed = ids or [line.id for line in outbox.list_notices(session, None)]
        done = [number for number in sorted(listed) if do(session, number, change.now)]
        _note(session, change, what, done)
    console().print(f"{what}: {len(done)}.")
    if ids and len(done) < len(set(ids)):
        left = ", ".join(map(str, sorted(set(ids) - set(done))))
        refuse(f"Left alone, because not in the outbox or being sent at this moment: {left}.")


def _chosen(session: Session, ids: Sequence[int] | None, everything: bool, state: RawState) -> list[int]:
    if not ids and not everything:
        refuse("Name the mails by number (`smokewatch parked list`), or give --all.", Exit.USAGE)
    query = select(RawMail.id).where(RawMail.state == state)
    found = list(session.scalars(query.where(RawMail.id.in_(ids)) if ids else query))
    if ids and set(ids) - set(found):
        refuse(f"Not parked: {', '.join(map(str, sorted(set(ids) - set(found))))}. Nothing was changed.")
    return found


def _note(session: Session, change: By, action: str, ids: Sequence[int]) -> None:
    """Write down who did it; one row, whatever the number of ids."""
    row = audit.Change(audit.SYSTEM, change.now, change.actor, change.channel, action, detail={"ids": list(ids)})
    audit.record(session, row)
