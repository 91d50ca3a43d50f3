"""Commands about leads, deals, projects and tasks: import, list, show, comment, hand over."""

from typing import Annotated

import typer
from rich.text import Text
from sqlalchemy import func

from config.recordwords import AnchorKind
from smokewatch.cli.fieldrows import file_row
from smokewatch.cli.output import Json, console, show_json, show_records, table
from smokewatch.cli.people import File, import_file
from smokewatch.cli.session import by, by_admin, opened, viewer
from store.anchors import Anchor
from store.anchorviews import AnchorRow, AnchorSheet, anchor_sheet, list_anchors
from store.people import Account
from workflow.anchorfile import import_anchors
from workflow.anchornames import need_name
from workflow.anchors import comment_on, find_anchor, name_of
from workflow.carryover import hand_over

Which = Annotated[str, typer.Argument(help="A kind and an id, such as deal:D-7.", metavar="KIND:ID")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Leads, deals, projects and tasks that escalations belong to.", no_args_is_help=True)
    for name, command in (
        ("import", anchors_from), ("list", list_all), ("show", show), ("note", note), ("handoff", handoff),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="anchors")


def anchors_from(ctx: typer.Context, file: File, as_json: Json = False) -> None:
    """Add or update them. Columns: kind (lead, deal, project, task), external_id, name.

    May follow: link, account, owner, parent (a task's project), priority, state, people, details (name=value;...).
    """
    import_file(ctx, file, import_anchors, as_json=as_json)


def list_all(
    ctx: typer.Context,
    kind: Annotated[AnchorKind | None, typer.Option(help="Only leads, deals, projects or tasks.")] = None,
    account: Annotated[str, typer.Option(help="Only this customer's, by name.")] = "",
    as_json: Json = False,
) -> None:
    """All that you may see."""
    which = [] if kind is None else [Anchor.kind == kind.value]
    if account:
        which.append(func.lower(Account.name) == account.lower())
    with opened(ctx) as app, app.store.transaction() as session:
        rows = list_anchors(session, viewer(ctx, session, app), *which)
    if as_json:
        show_json([vars(row) for row in rows])
        return
    show_records([_line(row) for row in rows], as_json=False, empty="There is none that you may see.")


def show(ctx: typer.Context, which: Which, as_json: Json = False) -> None:
    """One of them, with its people, comments and files, and the escalations linked to it."""
    with opened(ctx) as app, app.store.transaction() as session:
        person = viewer(ctx, session, app)
        anchor = find_anchor(session, None if person is None else person.id, need_name(which))
        sheet = anchor_sheet(session, person, anchor)
    if as_json:
        show_json(sheet.to_json())
    else:
        _show(sheet)


def note(ctx: typer.Context, which: Which, text: Annotated[str, typer.Argument(help="The comment.")]) -> None:
    """Write a comment on one of them."""
    with opened(ctx) as app, app.store.transaction() as session:
        change = by(ctx, session, app)
        comment = comment_on(session, change, find_anchor(session, change.person_id, need_name(which)), text)
        number = comment.id
    console().print(Text(f"Your comment is on the record, as comment:{number}."))


def handoff(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(help="What it was, such as lead:L-1.", metavar="KIND:ID")],
    to: Annotated[str, typer.Argument(help="What it became, such as deal:D-7.", metavar="KIND:ID")],
) -> None:
    """Hand a lead over to a deal, or a deal to a project: everything on it goes along, its escalations too."""
    with opened(ctx) as app, app.store.transaction() as session:
        change = by_admin(ctx, session, app) if viewer(ctx, session, app) is None else by(ctx, session, app)
        before, after = (find_anchor(session, change.person_id, need_name(each), locked=True) for each in (source, to))
        carried = hand_over(session, change, before, after)
        sentence = f"{name_of(before)} became {name_of(after)}: {carried.sentence} came along."
    console().print(Text(sentence))


def _line(row: AnchorRow) -> dict[str, object]:
    return {
        "what": f"{row.kind} {row.external_id}",
        "name": row.name,
        "customer": row.account,
        "owner": row.owner,
        "priority": row.priority,
        "state": f"became {row.became}" if row.became else row.state,
        "escalations": row.escalations or None,
    }


def _show(sheet: AnchorSheet) -> None:
    out, row = console(), sheet.row
    facts = {
        **_line(row),
        "project": row.parent, "link": row.link or None, "taking part": ", ".join(sheet.people) or None,
        "tasks": "\n".join(sheet.tasks) or None, **sheet.details,
    }  # fmt: skip
    out.print(table([{"": key, " ": value} for key, value in facts.items() if value is not None]))
    sections: dict[str, list[dict[str, object]]] = {
        "Linked from escalations": [
            {"number": e.number, "title": e.title, "state": e.state.replace("_", " "), "risk": e.risk,
             "owner": e.owner, "how": e.how}
            for e in sheet.linked
        ],
        "Comments": [{"id": c.id, "at": c.at, "by": c.by, "text": c.text} for c in sheet.comments],
        "Files": [file_row(each) for each in sheet.files],
    }  # fmt: skip
    for title, rows in sections.items():
        if rows:
            out.print(Text(f"\n{title}", style="bold"))
            out.print(table(rows))
