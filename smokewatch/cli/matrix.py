"""Commands about who gets what: the matrix, overrides of it, and who is away."""

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.text import Text
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.matrix import Case, Category, RungRule, When
from config.words import Priority, Risk
from smokewatch.bootstrap import utc_now
from smokewatch.cli.output import Exit, Json, console, refuse, show_json, show_records, table
from smokewatch.cli.session import actor, by, by_admin, opened, viewer
from smokewatch.matrixtry import Trial, try_matrix
from store.people import Account, Person
from store.roster import Absence, Assignment
from store.visibility import may_see
from workflow.absence import set_away, set_back, who_is_away
from workflow.dates import When as Written
from workflow.dates import parse_date
from workflow.errors import Refused
from workflow.overrides import open_overrides, reconcile
from workflow.participants import find_person
from workflow.record import lock


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    matrix = typer.Typer(help="Who gets which escalation, and who is asked when nobody answers.")
    matrix.callback(invoke_without_command=True)(show_matrix)
    matrix.command("try")(try_it)
    app.add_typer(matrix, name="matrix")
    overrides = typer.Typer(help="Hand-overs against the matrix that wait to be reconciled.", no_args_is_help=True)
    overrides.command("list")(list_overrides)
    overrides.command("reconcile")(reconcile_override)
    app.add_typer(overrides, name="overrides")
    app.command("away")(away)
    app.command("back")(back)


def show_matrix(ctx: typer.Context, as_json: Json = False) -> None:
    """The matrix as it holds: categories, and the rungs that are asked when nobody answers."""
    if ctx.invoked_subcommand is not None:
        return
    with opened(ctx) as app:
        matrix, own = app.workflow.matrix, app.settings.matrix
    if matrix is None:
        refuse("There is no matrix.")
    if as_json:
        show_json(matrix.model_dump(mode="json", by_alias=True))
        return
    out = console()
    out.print(Text(f"From {own}, laid over the shipped matrix." if own else "The shipped matrix; it names nobody."))
    rows = [_category(name, each) for name, each in matrix.categories.items()]
    if rows:
        out.print(table(rows))
    else:
        out.print("No category names anybody: the account's owner, who answered last or the team's manager owns it.")
    out.print(Text("\nWhen nobody answers", style="bold"))
    out.print(table([_rung(number, rung) for number, rung in enumerate(matrix.rungs, 1)]))


def _category(name: str, row: Category) -> dict[str, Any]:
    review = "; ".join(map(_condition, row.review))
    return {"category": name, "primary": list(row.primary), "backup": list(row.backup), "team": row.team,
            "asks first": review}  # fmt: skip


def _rung(number: int, rule: RungRule) -> dict[str, Any]:
    times = [f"{each.business_hours:g} h ({_condition(each.when)})" for each in rule.response]
    return {"rung": number, "name": rule.name, "who": ", ".join(each.replace("_", " ") for each in rule.who),
            "business hours to answer": ", ".join(times)}  # fmt: skip


def _condition(when: When) -> str:
    parts = [f"Sev {each}" for each in when.path]
    parts += [f"priority {each}" for each in when.priority] + [f"risk {each}" for each in when.risk]
    parts += [f"tier {each}" for each in when.tier] + [f"category {each}" for each in when.category]
    return " and ".join(parts) or "otherwise" if parts else "always"


def try_it(  # noqa: PLR0913, PLR0917 - one per option
    ctx: typer.Context,
    category: Annotated[str, typer.Option(help="Such as services.")] = "product",
    account: Annotated[str, typer.Option(help="The customer's account, by name.")] = "",
    path: Annotated[int, typer.Option(min=1, max=2, help="Sev 1 or Sev 2.")] = 2,
    priority: Annotated[Priority, typer.Option(help="low, medium, high or critical.")] = Priority.MEDIUM,
    risk: Annotated[Risk, typer.Option(help="low, elevated, high or critical.")] = Risk.ELEVATED,
    as_json: Json = False,
) -> None:
    """Who would get an escalation that were opened now, why, and who would be asked next; changes nothing."""
    with opened(ctx) as app, app.store.transaction() as session:
        looking = viewer(ctx, session, app)
        if category not in app.workflow.fields.categories:
            refuse(f"There is no category {category!r}; there are: {', '.join(app.workflow.fields.categories)}.")
        customer = _account(session, account)
        case = Case(category, path, priority.value, risk.value, "" if customer is None else customer.tier)
        trial = try_matrix(session, app.workflow, case, customer, looking, utc_now())
    if as_json:
        show_json(trial.to_json())
    else:
        _tell(trial)


def _account(session: Session, name: str) -> Account | None:
    if not name:
        return None
    found = session.scalar(select(Account).where(func.lower(Account.name) == name.lower()))
    if found is None:
        refuse(f"There is no account named {name!r}; `smokewatch accounts list` shows them all.")
    return found


def _tell(trial: Trial) -> None:
    out = console()
    out.print(Text(trial.sentence, style="bold"))
    if trial.candidates:
        out.print(table(trial.candidates))
    out.print(Text("\nWhen nobody answers", style="bold"))
    if trial.ladder:
        out.print(table(trial.ladder))
    else:
        out.print("Nobody is asked.")


def list_overrides(ctx: typer.Context, as_json: Json = False) -> None:
    """Hand-overs against the matrix that wait to be reconciled, the oldest first."""
    with opened(ctx) as app, app.store.transaction() as session:
        rows = [vars(each) for each in open_overrides(session, viewer(ctx, session, app))]
    show_records(rows, as_json=as_json, empty="No override waits to be reconciled.")


def reconcile_override(
    ctx: typer.Context,
    n: Annotated[int, typer.Argument(help="Its number, as the list shows it.")],
    note: Annotated[str, typer.Option(help="How it was settled.")] = "",
) -> None:
    """Call an override settled, so that it is listed no longer."""
    with opened(ctx) as app, app.store.transaction() as session:
        person = actor(ctx, session, app)
        row = session.get(Assignment, n)
        if row is None or not may_see(session, person.id, row.escalation_id):
            refuse(f"There is no override {n} that you may see; `smokewatch overrides list` shows yours.")
        try:
            done = reconcile(session, by(ctx, session, app), lock(session, row.escalation_id), n, note)
        except Refused as refusal:
            refuse(str(refusal))
    console().print(Text(f"Settled: {done[0].now} instead of {done[0].chosen} for {done[0].escalation}."))


def away(
    ctx: typer.Context,
    who: Annotated[str, typer.Argument(help="As @lena or by address; empty lists who is away.")] = "",
    until: Annotated[str, typer.Option(help="When they are back, as in Friday or 2026-05-18.")] = "",
    as_json: Json = False,
) -> None:
    """Say that somebody is away; their backup stands in. Without a name: who is away."""
    with opened(ctx) as app, app.store.transaction() as session:
        if not who:
            rows = [_absence(*each) for each in who_is_away(session, utc_now())]
            show_records(rows, as_json=as_json, empty="Nobody is away.")
            return
        person = _person(session, who)
        change = by_admin(ctx, session, app, but=person.email)
        absence = Absence(person_id=person.id, since=change.now, until=_moment(until, change.now, person.zone))
        absence.quote, absence.set_by = "", change.actor
        try:
            said = set_away(session, change, absence, app.workflow.matrix)
        except Refused as refusal:
            refuse(str(refusal))
    ends = f"until {until}" if until else f"until `smokewatch back @{person.handle}`"
    console().print(Text(f"{person.name} is away {ends}. {said}".rstrip()))


def back(ctx: typer.Context, who: Annotated[str, typer.Argument(help="As @lena or by address.")]) -> None:
    """Say that somebody is back; who stood in leaves what they own."""
    with opened(ctx) as app, app.store.transaction() as session:
        person = _person(session, who)
        try:
            set_back(session, by_admin(ctx, session, app, but=person.email), person)
        except Refused as refusal:
            refuse(str(refusal))
    console().print(Text(f"{person.name} is back; mail comes to them again."))


def _absence(person: Person, absence: Absence) -> dict[str, Any]:
    said = absence.quote or f"set by {absence.set_by}"
    return {"who": person.name, "handle": f"@{person.handle}", "until": absence.until, "from": said}


def _person(session: Session, who: str) -> Person:
    try:
        return find_person(session, who)
    except Refused as refusal:
        refuse(str(refusal))


def _moment(until: str, now: datetime, zone: str) -> datetime | None:
    if not until:
        return None
    found = parse_date(until, Written(now, zone))
    if found is None:
        refuse(f'"{until}" is no date: write it as in Friday, 18 May or 2026-05-18.', Exit.USAGE)
    return found
