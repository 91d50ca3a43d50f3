"""The command that starts an installation with the true state of its mailboxes: backfill."""

from typing import Annotated

import typer

from config.settings import Mailbox
from smokewatch import backfill as past
from smokewatch import logs
from smokewatch.bootstrap import App, build, utc_now
from smokewatch.cli.output import Exit, Json, console, refuse, show_json
from smokewatch.cli.replay import bar
from smokewatch.cli.session import settings_of
from smokewatch.engines.local import LocalEngines


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(backfill)


def backfill(
    ctx: typer.Context,
    days: Annotated[int, typer.Option(help="How many days back; at least the 8 that are reconciled.", min=1, max=3660)],
    mailbox: Annotated[str, typer.Option(help="Only this mailbox, by its name in the settings.")] = "",
    as_json: Json = False,
) -> None:
    """Read the last days of the mailboxes at their true dates, alert nobody, and send one summary at the end.

    Run it once, before the first start. Mail that is older stays unread.
    """
    settings = settings_of(ctx)
    logs.configure("ERROR")
    with LocalEngines(settings, mail=True) as engines:
        app = build(engines.settings)
        try:
            done = _backfill(app, _chosen(app.settings.mailboxes, mailbox), days)
        finally:
            app.close()
    if as_json:
        show_json(vars(done))
        return
    console().print(
        f"{done.kept} mails kept, {done.processed} read at their own dates: {done.escalations} escalations are open. "
        f"A summary waits for {done.told} people and goes out when Smokewatch runs."
    )


def _backfill(app: App, boxes: list[Mailbox], days: int) -> past.Done:
    now = utc_now()
    kept = sum(past.fetch(app, box, days, now) for box in boxes)
    with bar(kept) as advance:
        processed = past.live_through(app, now, advance)
    with app.store.transaction() as session:
        escalations, told = past.summarise(session, app, days, processed, now)
    return past.Done(kept, processed, escalations, told)


def _chosen(boxes: tuple[Mailbox, ...], name: str) -> list[Mailbox]:
    found = [box for box in boxes if name in ("", box.name)]
    if not found:
        known = ", ".join(box.name for box in boxes) or "none"
        refuse(f'There is no mailbox "{name}" in the settings; there is: {known}.', Exit.USAGE)
    return found
