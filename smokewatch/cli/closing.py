"""`smokewatch closeout`: versions, drafts and sign-off of a closeout, and what the record knows for the next one."""

from datetime import datetime
from typing import Any

import typer
from rich.text import Text
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.recordwords import TaskState
from smokewatch.bootstrap import App, utc_now
from smokewatch.cli.numbers import Number
from smokewatch.cli.output import Json, console, refuse, show_json, table
from smokewatch.cli.session import actor, by, opened
from store.people import Person
from store.record import Escalation
from store.visibility import may_see
from workflow.actionlist import Wanted, list_actions
from workflow.closeform import Form, form_of
from workflow.closeout import PARTS, closeouts_of
from workflow.signoff import sign_offs_of
from workflow.verbs import VERBS
from workflow.verbs.base import Work


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("closeout")(closeout)


def closeout(ctx: typer.Context, number: Number, as_json: Json = False) -> None:
    """All versions of a closeout, its drafts, sign-offs and lock, and what the record knows for the next version."""
    with opened(ctx) as app, app.store.transaction() as session:
        person = actor(ctx, session, app)
        if not may_see(session, person.id, number):
            refuse(f"There is no ESC-{number} that you may see; `smokewatch list` shows yours.")
        facts = closing_facts(session, number, utc_now())
        form = form_of(_work(ctx, session, app, session.get_one(Escalation, number)))
    if as_json:
        show_json(facts | {"form": form.to_json()})
        return
    show_closing(facts)
    show_form(form)


def closing_facts(session: Session, number: int, now: datetime) -> dict[str, Any]:
    """Versions, drafts, sign-offs, lock and action items, as plain values; the caller has looked at the rights."""
    esc = session.get_one(Escalation, number)
    names: dict[int | None, str] = dict(session.execute(select(Person.id, Person.name)).all())
    versions = [
        {
            "version": f"v{row.version}", "of": f"ESC-{row.escalation_id}", "at": row.at,
            "by": names.get(row.person_id),
            **{part: getattr(row, part) for part in PARTS},
        }
        for row in closeouts_of(session, number)
    ]  # fmt: skip
    signed = [
        {"at": row.at, "who": row.by_address, "words": row.quote, "recorded by": names.get(row.person_id)}
        for row in sign_offs_of(session, number)
    ]
    lock = None if esc.locked_at is None else {"since": esc.locked_at, "by": names.get(esc.locked_by)}
    drafts = {part: getattr(esc, part) for part in PARTS if getattr(esc, part)}
    every = Wanted(escalation_id=number, states=tuple(TaskState))
    items = [row.to_json() for row in list_actions(session, None, now, every)]
    return {
        "number": esc.number, "locked": lock, "versions": versions, "drafts": drafts, "sign_offs": signed,
        "actions": items,
    }  # fmt: skip


def show_closing(facts: dict[str, Any]) -> None:
    """Print what `closing_facts` found."""
    out = console()
    if facts["locked"]:
        out.print(Text(f"Locked since {facts['locked']['since']:%d %b %Y}, by {facts['locked']['by'] or 'an admin'}."))
    for version in facts["versions"]:
        of = "" if version["of"] == facts["number"] else f" of {version['of']}, which is part of this now"
        out.print(Text(f"\nCloseout {version['version']}{of}", style="bold"))
        parts = {part.replace("_", " "): version[part] for part in PARTS if version[part]}
        rows = {"written": version["at"], "by": version["by"], **parts}
        out.print(table([{"": key, " ": value} for key, value in rows.items()]))
    if facts["drafts"] and not facts["versions"]:
        out.print(Text("\nDrafts for the closeout", style="bold"))
        out.print(table([{"": part.replace("_", " "), " ": text} for part, text in facts["drafts"].items()]))
    if facts["actions"]:
        out.print(Text("\nAction items", style="bold"))
        keys = {"n": "n", "state": "state", "due": "due_at", "who": "assignee", "what": "text", "link": "link"}
        out.print(table([{name: _cell(row, key) for name, key in keys.items()} for row in facts["actions"]]))
    if facts["sign_offs"]:
        out.print(Text("\nSigned off by the customer", style="bold"))
        out.print(table(facts["sign_offs"]))


def show_form(form: Form) -> None:
    """Print what the record knows, and the questions that are still open."""
    out = console()
    for heading in form.known:
        out.print(Text(heading.title, style="bold"))
        for line in heading.lines:
            out.print(Text(f"  {line}"))
    if form.missing:
        out.print(Text("Still to be written (each in quotes behind `smokewatch close ESC-...`):", style="bold"))
        out.print(Text(form.short.removeprefix("close").strip()))


def _cell(row: dict[str, Any], key: str) -> Any:
    if key == "due_at":
        return None if row[key] is None else datetime.fromisoformat(row[key])
    if key == "state":
        return "overdue" if row["overdue"] else row[key].replace("_", " ")
    return row[key]


def _work(ctx: typer.Context, session: Session, app: App, esc: Escalation) -> Work:
    return Work(session, by(ctx, session, app), esc, {}, app.workflow, VERBS)
