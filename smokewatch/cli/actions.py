"""`smokewatch actions`: action items across all escalations, changed one by one or in bulk, and how many get done."""

import re
from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.recordwords import ActionSource, TaskState
from smokewatch.bootstrap import utc_now
from smokewatch.cli.output import Exit, Json, console, refuse, show_json, show_records
from smokewatch.cli.session import actor, by, by_admin, opened, viewer
from store.people import Person
from store.visibility import may_see
from workflow.actionlist import ItemRow, Wanted, completion_rates, list_actions
from workflow.actions import ALIVE, item_of, link_action
from workflow.anchornames import need_name
from workflow.anchors import find_anchor
from workflow.bulkactions import Bulk, change_many
from workflow.change import By
from workflow.errors import Refused
from workflow.participants import find_person
from workflow.record import lock

LONGEST_LIST = 10_000
_REF = re.compile(r"(?:ESC-)?(\d{1,18})[:/](\d{1,4})", re.ASCII | re.IGNORECASE)

Assignee = Annotated[str | None, typer.Option(help="Only of this colleague (handle or mail address).")]
States = Annotated[list[TaskState] | None, typer.Option(help="Only in this state; may be given twice.")]
Overdue = Annotated[bool, typer.Option("--overdue", help="Only those whose day is over.")]
From = Annotated[ActionSource | None, typer.Option("--source", help="Only from there.")]
Items = Annotated[
    list[str] | None, typer.Argument(help="Items as ESC-1:3; or choose by the options.", show_default=False)
]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(help="Action items across all escalations.", invoke_without_command=True)
    group.callback()(list_all)
    group.command("rates")(rates)
    group.command("reassign")(reassign)
    group.command("set")(set_state)
    group.command("link")(link)
    app.add_typer(group, name="actions")


def list_all(  # noqa: PLR0913, PLR0917 - one per option
    ctx: typer.Context,
    mine: Annotated[bool, typer.Option("--mine", help="Only your own.")] = False,
    assignee: Assignee = None,
    state: States = None,
    overdue: Overdue = False,
    source: From = None,
    as_json: Json = False,
) -> None:
    """Action items you may see that are still to be done, by their day; with --state also what is over."""
    if ctx.invoked_subcommand is not None:
        return
    with opened(ctx) as app, app.store.transaction() as session:
        who = actor(ctx, session, app).id if mine else _person(session, assignee)
        looking = actor(ctx, session, app) if mine else viewer(ctx, session, app)
        wanted = Wanted(who, tuple(state or ()), overdue, source, limit=LONGEST_LIST)
        rows = list_actions(session, looking, utc_now(), wanted)
    if as_json:
        show_json([row.to_json() for row in rows])
    else:
        show_records(
            [_shown(row) for row in rows], as_json=False, empty="There is no such action item that you may see."
        )


def rates(ctx: typer.Context, as_json: Json = False) -> None:
    """How many action items get done, and in time, by where they came from."""
    with opened(ctx) as app, app.store.transaction() as session:
        found = completion_rates(session, viewer(ctx, session, app), utc_now())
    if as_json:
        show_json([rate.to_json() for rate in found])
        return
    lines = [row.to_json() | {"rate": _percent(row.rate), "on_time": _percent(row.on_time)} for row in found]
    show_records(lines, as_json=False, empty="There is no action item that you may see.")


def reassign(  # noqa: PLR0913, PLR0917 - one per option
    ctx: typer.Context,
    to: Annotated[str, typer.Argument(help="Who gets them (handle or mail address).")],
    items: Items = None,
    assignee: Assignee = None,
    state: States = None,
    overdue: Overdue = False,
    source: From = None,
    as_json: Json = False,
) -> None:
    """Give many action items to somebody else, in one step; for admins."""
    with opened(ctx) as app, app.store.transaction() as session:
        # Asked first: what there is, and what is not, is no answer for others.
        change = by_admin(ctx, session, app)
        bulk = Bulk(assignee_id=_person(session, to))
        wanted = _wanted(session, items, Wanted(_person(session, assignee), tuple(state or ()), overdue, source))
        _change(session, change, wanted, bulk, as_json=as_json)


def set_state(  # noqa: PLR0913, PLR0917 - one per option
    ctx: typer.Context,
    to: Annotated[TaskState, typer.Argument(help="The state they get.")],
    items: Items = None,
    assignee: Assignee = None,
    state: States = None,
    overdue: Overdue = False,
    source: From = None,
    why: Annotated[str, typer.Option(help="The reason; needed for cancelled.")] = "",
    as_json: Json = False,
) -> None:
    """Give many action items another state, in one step; for admins."""
    with opened(ctx) as app, app.store.transaction() as session:
        change = by_admin(ctx, session, app)
        wanted = _wanted(session, items, Wanted(_person(session, assignee), tuple(state or ()), overdue, source))
        _change(session, change, wanted, Bulk(state=to, why=why), as_json=as_json)


def link(
    ctx: typer.Context,
    item: Annotated[str, typer.Argument(help="The item, as ESC-1:3.")],
    to: Annotated[list[str], typer.Argument(help="The project or task, as in: task T-7.")],
) -> None:
    """Link an action item to the project or task it is done under."""
    number, n = _ref(item)
    with opened(ctx) as app, app.store.transaction() as session:
        person = actor(ctx, session, app)
        if not may_see(session, person.id, number):
            refuse(f"There is no ESC-{number} that you may see; `smokewatch list` shows yours.")
        try:
            esc = lock(session, number)
            anchor = find_anchor(session, person.id, need_name(" ".join(to)))
            link_action(session, by(ctx, session, app), esc, item_of(session, esc, n), anchor)
        except Refused as refusal:
            refuse(str(refusal))
    console().print(Text(f"Action item {n} of ESC-{number} is linked to {' '.join(to)}."))


def _change(session: Session, change: By, wanted: Wanted, bulk: Bulk, *, as_json: bool) -> None:
    try:
        changed = change_many(session, change, wanted, bulk)
    except Refused as refusal:
        refuse(str(refusal))
    if as_json:
        show_json({"items": changed.items, "escalations": changed.escalations})
    elif not changed.items:
        console().print("No action item had to be changed.")
    else:
        number = "1 action item" if changed.items == 1 else f"{changed.items} action items"
        where = "1 escalation" if changed.escalations == 1 else f"{changed.escalations} escalations"
        console().print(f"Changed {number} on {where}.")


def _wanted(session: Session, items: list[str] | None, wanted: Wanted) -> Wanted:
    """What a bulk change is for; it must be said, since everything is too easily meant by nothing."""
    if items and wanted != Wanted():
        refuse("Name the items, or choose them by the options; not both.", Exit.USAGE)
    if items:
        refs = tuple(dict.fromkeys(_ref(each) for each in items))
        known = {(row.number, row.n) for row in list_actions(session, None, utc_now(), Wanted(refs=refs))}
        missing = [f"ESC-{number}:{n}" for number, n in refs if (f"ESC-{number}", n) not in known]
        if missing:
            refuse(f"There is no action item {', '.join(missing)}; nothing was changed.")
        return Wanted(refs=refs)
    if wanted == Wanted():
        refuse(
            "Say which items: name them as ESC-1:3, or choose by --assignee, --state, --overdue or --source.",
            Exit.USAGE,
        )
    return wanted


def _ref(text: str) -> tuple[int, int]:
    match = _REF.fullmatch(text.strip())
    if match is None:
        refuse(f"{text!r} names no action item; write escalation and number, as in ESC-1:3.", Exit.USAGE)
    return int(match[1]), int(match[2])


def _person(session: Session, name: str | None) -> int | None:
    """Somebody who has left may still have items, so the address is looked up among all."""
    if name is None:
        return None
    left = session.scalar(select(Person.id).where(Person.email == name.lower()))
    if left is not None:
        return left
    try:
        return find_person(session, name).id
    except Refused as refusal:
        refuse(str(refusal))


def _shown(row: ItemRow) -> dict[str, Any]:
    state = "overdue" if row.overdue else row.state.replace("_", " ")
    outcome = "" if row.state in ALIVE else row.outcome
    return {
        "item": f"{row.number}:{row.n}", "state": state, "due": row.due_at, "who": row.assignee, "what": row.text,
        "customer": row.account, "from": row.source, "link": row.link, "outcome": outcome,
    }  # fmt: skip


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"
