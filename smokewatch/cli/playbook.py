"""The `playbook` command: the duties of an escalation, why it is on its path, its plan, register and RACI."""

from typing import Any

import typer
from rich.text import Text
from sqlalchemy.orm import Session

from smokewatch.bootstrap import App, utc_now
from smokewatch.cli.numbers import Number
from smokewatch.cli.output import Json, console, refuse, show_json, table
from smokewatch.cli.pages import show_page
from smokewatch.cli.session import actor, opened
from store.people import Person
from store.record import Escalation
from store.tasks import Duty
from store.visibility import may_see
from workflow.duties import duties_of
from workflow.pages import Page, page
from workflow.paths import met_triggers
from workflow.statuspage import Overview


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(playbook)


def playbook(ctx: typer.Context, number: Number, as_json: Json = False) -> None:
    """What the playbook of an escalation asks for, done and open, with its plan, register and who does what."""
    with opened(ctx) as app, app.store.transaction() as session:
        person = actor(ctx, session, app)
        escalation = session.get(Escalation, number)
        if escalation is None or not may_see(session, person.id, number):
            refuse(f"There is no ESC-{number} that you may see; `smokewatch list` shows yours.")
        duties = duty_rows(session, escalation)
        shown = _page(session, app, person, escalation)
        path, off = escalation.path, app.workflow.playbooks is None
    if as_json:
        show_json({"path": path, "duties": duties, "page": shown.to_json()})
        return
    console().print(Text(f"ESC-{number} is on path Sev {path}.", style="bold"))
    if duties:
        console().print(table(duties))
    else:
        console().print("The policy has switched duties off." if off else "No duty was begun yet.")
    show_page(shown)


def duty_rows(session: Session, escalation: Escalation) -> list[dict[str, Any]]:
    """Each duty as one line of a table, open ones first."""
    rows = sorted(duties_of(session, escalation), key=lambda row: (row.state != "open", row.due_at is None, row.n))
    return [_row(row, session.get(Person, row.done_by) if row.done_by else None) for row in rows]


def _row(row: Duty, by: Person | None) -> dict[str, Any]:
    return {
        "n": row.n,
        "duty": row.text,
        "state": "overdue" if row.state == "open" and row.told_overdue_at else row.state,
        "due": row.due_at or "at the close",
        "done": row.done_at,
        "by": None if by is None else by.name,
        "note": row.note,
    }


def plan_page(session: Session, app: App, person: Person, escalation: Escalation) -> Page:
    """Duties that are open, plan and register of an escalation, for `smokewatch show`."""
    overview = Overview(session, escalation, app.workflow, utc_now(), person.zone)
    return page(
        [
            ("Duties", overview.duties()),
            ("Action plan", overview.plan()),
            ("Risk register", overview.register()),
            ("Who does what", [line for line in overview.people() if not line.startswith("Owner:")]),
        ]
    )


def _page(session: Session, app: App, person: Person, escalation: Escalation) -> Page:
    overview = Overview(session, escalation, app.workflow, utc_now(), person.zone)
    books = app.workflow.playbooks
    met = [m for book in ((books.sev1, books.sev2) if books else ()) for m in met_triggers(session, escalation, book)]
    return page(
        [
            ("What speaks for it", [f"{m.trigger.title}, level {m.level}: “{m.quote}”" for m in met]),
            ("Who", overview.people()),
            ("Action plan", overview.plan()),
            ("Risk register", overview.register()),
        ]
    )
