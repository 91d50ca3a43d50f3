"""`smokewatch queues` and `queue NAME`: what waits for somebody."""

from typing import Annotated

import typer

from smokewatch.bootstrap import utc_now
from smokewatch.cli.output import Exit, Json, refuse, show_json, show_records
from smokewatch.cli.session import opened, viewer
from workflow.errors import NotFound
from workflow.queues import QUEUES, Asked, queue_counts, queue_named

Name = Annotated[str, typer.Argument(help=f"One of {', '.join(queue.name for queue in QUEUES)}.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("queues")(counts)
    app.command("queue")(rows)


def counts(ctx: typer.Context, as_json: Json = False) -> None:
    """How much waits in each queue, as far as you may see, and the worst of it."""
    with opened(ctx) as app, app.store.transaction() as session:
        found = queue_counts(session, Asked(viewer(ctx, session, app), utc_now(), app.policy))
    by_name = {each.name: each for each in found}
    if as_json:
        show_json([
            {"queue": queue.name, "title": queue.title, "count": each.count if each else 0,
             "worst": each.worst.to_json() if each else None}
            for queue in QUEUES
            for each in [by_name.get(queue.name)]
        ])  # fmt: skip
        return
    shown = [
        {"queue": c.name, "count": c.count, "what": c.title, "the worst": f"{c.worst.ref} {c.worst.title}"}
        for c in found
    ]
    show_records(shown, as_json=False, empty="Nothing waits that you may see.")


def rows(ctx: typer.Context, name: Name, as_json: Json = False) -> None:
    """What waits in one queue, the worst first."""
    try:
        queue = queue_named(name)
    except NotFound as unknown:
        refuse(str(unknown), Exit.USAGE)
    with opened(ctx) as app, app.store.transaction() as session:
        found = queue.rows(session, Asked(viewer(ctx, session, app), utc_now(), app.policy))
        shown = [row.to_json() if as_json else vars(row) for row in found]
    show_records(shown, as_json=as_json, empty=f"Nothing waits there that you may see: {queue.title}.")
