"""Commands that show and open escalations: status, list, show, open."""

from typing import Annotated, Any

import typer
from rich.padding import Padding
from rich.text import Text
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.fields import Fields
from config.words import NoticeState, Priority, RawState
from smokewatch import report
from smokewatch.bootstrap import App, utc_now
from smokewatch.cli.closing import closing_facts, show_closing
from smokewatch.cli.customer import customer_rows, show_mails
from smokewatch.cli.fieldrows import facts_of, sections_of
from smokewatch.cli.numbers import Number
from smokewatch.cli.output import Json, console, refuse, show_json, table
from smokewatch.cli.pages import show_page
from smokewatch.cli.playbook import plan_page
from smokewatch.cli.rosterrows import roster_facts, show_roster
from smokewatch.cli.session import actor, by, opened, viewer
from store.mail import Folder, RawMail
from store.outbox import Notice
from store.people import Account, Person
from store.record import Escalation
from store.views import EscalationView, escalation_view
from store.visibility import may_see
from workflow.byhand import open_by_hand as opening_by_hand
from workflow.duties import follow_path
from workflow.queries import Filter, list_escalations, status_counts
from workflow.record import Opening

LONGEST_LIST = 10_000
STATES = {
    "mails": {
        "kept": "waiting to be read",
        "parsed": "read",
        "parked": "could not be read (smokewatch parked list)",
        "ignored": "left aside, as a copy or by hand",
    },
    "escalations": {"in_progress": "in progress"},
    "notices": {
        "waiting": "waiting to be sent",
        "failed": "could not be delivered (smokewatch outbox list)",
        "held": "held back for the next digest",
        "dropped": "not sent, because no longer needed",
    },
}
"""States in words, where the state's name does not say it."""


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(status)
    app.command("list")(list_all)
    app.command()(show)
    app.command("open")(open_by_hand)


def status(ctx: typer.Context, as_json: Json = False) -> None:
    """How things stand: mailboxes, mails, escalations, alerts."""
    with opened(ctx) as app, app.store.transaction() as session:
        facts = _status(session, viewer(ctx, session, app))
    if as_json:
        show_json(facts)
        return
    out = console()
    for folder in facts["folders"]:
        trouble = (
            Text(f"  {folder['last_error']}", style="red") if folder["last_error"] else Text("  ok", style="green")
        )
        out.print(Text(f"{folder['mailbox']} {folder['name']}").append_text(trouble))
    for title, key in (("Mails", "mails"), ("Escalations", "escalations"), ("Mails of ours", "notices")):
        said = ", ".join(f"{n} {STATES[key].get(state, state)}" for state, n in facts[key].items())
        out.print(Text(f"{title}: {said or 'none'}"))


def list_all(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    mine: Annotated[bool, typer.Option("--mine", help="Only those you own.")] = False,
    as_json: Json = False,
) -> None:
    """Escalations you may see, the worst first."""
    with opened(ctx) as app, app.store.transaction() as session:
        person = actor(ctx, session, app)
        wanted = Filter(owner_id=person.id if mine else None, closed=everything, limit=LONGEST_LIST)
        rows = list_escalations(session, person, wanted)
    if as_json:
        show_json([row.to_json() for row in rows])
        return
    out = console()
    if not rows:
        out.print("No escalation is open.")
    for row in rows:
        out.print(report.headline(row))
        out.print(Padding(Text(row.title, style="dim"), (0, 0, 0, 7), expand=False))


def show(ctx: typer.Context, number: Number, as_json: Json = False) -> None:
    """One escalation with its proof, promises, comments and history."""
    with opened(ctx) as app, app.store.transaction() as session:
        view = _visible(ctx, session, app, number)
        fields = app.workflow.fields
        closing = closing_facts(session, number, utc_now())
        plan = plan_page(session, app, actor(ctx, session, app), session.get_one(Escalation, number))
        asked = roster_facts(session, actor(ctx, session, app), number)
        mails = customer_rows(session, number)
    if as_json:
        show_json(
            view.to_json() | {"closing": closing, "plan": plan.to_json(), "roster": asked, "customer_mails": mails}
        )
    else:
        _show(view, fields)
        show_closing(closing)
        show_page(plan)
        show_roster(asked)
        show_mails(mails)


def open_by_hand(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(help="What it is about.")],
    account: Annotated[str, typer.Option(help="The customer's account, by name.")],
    why: Annotated[str, typer.Option(help="Why it needs attention.")] = "opened by hand",
    priority: Annotated[Priority, typer.Option(help="low, medium, high or critical.")] = Priority.MEDIUM,
) -> None:
    """Open an escalation by hand."""
    with opened(ctx) as app, app.store.transaction() as session:
        found = session.scalar(select(Account).where(func.lower(Account.name) == account.lower()))
        if found is None:
            refuse(f"There is no account named {account!r}; `smokewatch accounts list` shows them all.")
        change = by(ctx, session, app, why)
        opening = Opening(
            title=title, account_id=found.id, team_id=found.team_id, conversation_ids=(), why=why,
            owner_id=found.owner_id or change.person_id, participant_ids=(), priority=priority,
        )  # fmt: skip
        escalation = opening_by_hand(session, change, opening)
        if app.workflow.playbooks is not None:
            follow_path(session, change, escalation, app.workflow.playbooks)
        number = escalation.number
    console().print(Text(f"{number} is open. See it with: smokewatch show {number}"))


def _status(session: Session, looking: Person | None) -> dict[str, Any]:
    def counts(column: Any) -> dict[str, int]:
        return dict(session.execute(select(column, func.count()).group_by(column).order_by(column)).all())

    folders = session.scalars(select(Folder).order_by(Folder.mailbox, Folder.name))
    shown = ("mailbox", "name", "polled_at", "failing_since", "last_error")
    return {
        "folders": [{key: getattr(folder, key) for key in shown} for folder in folders],
        "mails": {state.value: n for state in RawState if (n := counts(RawMail.state).get(state))},
        "escalations": {state.value: n for state, n in status_counts(session, looking).items() if n},
        "notices": {state.value: n for state in NoticeState if (n := counts(Notice.state).get(state))},
    }


def _visible(ctx: typer.Context, session: Session, app: App, number: int) -> EscalationView:
    person = actor(ctx, session, app)
    # The same sentence for "is not there" and "is not yours to see": a number must not tell what exists.
    if session.get(Escalation, number) is None or not may_see(session, person.id, number):
        refuse(f"There is no ESC-{number} that you may see; `smokewatch list` shows yours.")
    return escalation_view(session, number, utc_now(), app.workflow.fields)


def _show(view: EscalationView, fields: Fields) -> None:
    out = console()
    report.show_escalations(out, [view])
    facts = {
        "title": view.title, "state": view.state, "priority": view.priority, "path": f"Sev {view.path}",
        "owner": view.owner.name if view.owner else None, "waiting on": view.waiting_on, "next step": view.next_step,
        "next step due": view.next_step_due, "opened": view.opened_at, "why": view.opened_why,
        **facts_of(view, fields),
        "unverified": "; ".join(view.unverified) or None,
        "root cause": view.root_cause, "resolution": view.resolution,
    }  # fmt: skip
    out.print(table([{"": key, " ": value} for key, value in facts.items() if value is not None]))
    sections: dict[str, list[dict[str, Any]]] = {
        "Promises": [{"n": p.n, "state": p.state, "due": p.due_at, "promise": p.quote} for p in view.promises],
        "Comments": [{"id": c.id, "at": c.at, "by": c.by, "text": c.text} for c in view.comments],
        **sections_of(view),
        "History": [
            {
                "at": c.at,
                "by": _short(c.actor),
                "road": c.channel,
                "what": c.action,
                "from": _short(c.from_value),
                "to": _short(c.to_value),
            }
            for c in view.timeline
        ],
    }
    for title, rows in sections.items():
        if rows:
            out.print(Text(f"\n{title}", style="bold"))
            out.print(table(rows))


def _short(text: str | None) -> str | None:
    """An address without its domain, as the terminal is narrow."""
    return text.partition("@")[0] if text and " " not in text else text
