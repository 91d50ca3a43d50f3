"""`smokewatch customer`: drafts and mails to customers, and what became of them."""

from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.recordwords import CustomerMailState
from smokewatch.cli.numbers import Number
from smokewatch.cli.output import Json, console, refuse, show_json, show_records, table
from smokewatch.cli.session import opened, viewer
from store.customer import CustomerMail
from store.people import Person
from store.record import Escalation
from store.rollups import seen_by

Which = Annotated[int, typer.Argument(help="The number of the draft.", metavar="N")]
MOST = 1_000


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    told = "Drafts and mails to customers; `update`, `send` and `discard` make them."
    group = typer.Typer(help=told, no_args_is_help=True)
    group.command("list")(list_mails)
    group.command("show")(show)
    app.add_typer(group, name="customer")


def list_mails(
    ctx: typer.Context,
    state: Annotated[CustomerMailState | None, typer.Option(help="Only in this state.")] = None,
    as_json: Json = False,
) -> None:
    """Drafts and mails to customers on escalations you may see, the newest first."""
    query = select(CustomerMail).order_by(CustomerMail.id.desc()).limit(MOST)
    with opened(ctx) as app, app.store.transaction() as session:
        person = viewer(ctx, session, app)
        if state is not None:
            query = query.where(CustomerMail.state == state)
        rows = [mail_row(mail) for mail in session.scalars(_seen(query, person))]
    shown = rows if as_json else [{k: v for k, v in row.items() if k != "text"} for row in rows]
    show_records(shown, as_json=as_json, empty="There is no mail to a customer that you may see.")


def show(ctx: typer.Context, number: Number, n: Which, as_json: Json = False) -> None:
    """One draft or mail in full."""
    query = select(CustomerMail).where(CustomerMail.escalation_id == number, CustomerMail.n == n)
    with opened(ctx) as app, app.store.transaction() as session:
        mail = session.scalar(_seen(query, viewer(ctx, session, app)))
        if mail is None:
            refuse(
                f"There is no draft {n} on ESC-{number} that you may see; `smokewatch customer list` shows them all."
            )
        row = mail_row(mail)
    if as_json:
        show_json(row)
        return
    head = (("From", row["from"]), ("To", row["to"]), ("Subject", row["subject"]), ("State", row["state"]))
    for name, value in (*head, *([("Problem", row["problem"])] if row["problem"] else [])):
        console().print(Text(f"{name}: {value}"))
    console().print(Text(f"\n{row['text']}"))


def customer_rows(session: Session, escalation_id: int) -> list[dict[str, Any]]:
    """The mails to the customer of one escalation, for `smokewatch show`; who may see it was asked before."""
    own = select(CustomerMail).where(CustomerMail.escalation_id == escalation_id).order_by(CustomerMail.n)
    kept = ("n", "kind", "state", "to", "at", "problem")
    return [{name: mail_row(mail)[name] for name in kept} for mail in session.scalars(own)]


def show_mails(rows: list[dict[str, Any]]) -> None:
    """Print them below the rest of an escalation."""
    if rows:
        console().print(Text("\nMails to the customer", style="bold"))
        console().print(table(rows))


def mail_row(mail: CustomerMail) -> dict[str, Any]:
    """One mail as lists have it."""
    return {
        "escalation": f"ESC-{mail.escalation_id}", "n": mail.n, "kind": mail.kind, "state": mail.state,
        "to": ", ".join(mail.to_addresses), "from": mail.from_address, "subject": mail.subject,
        "at": mail.sent_at or mail.approved_at or mail.made_at, "problem": mail.last_error or "", "text": mail.text,
    }  # fmt: skip


def _seen(query: Any, person: Person | None) -> Any:
    return query.join(Escalation, Escalation.id == CustomerMail.escalation_id).where(seen_by(person))
