"""Commands that show how the rules do, and that propose other weights from people's verdicts: rules, tune."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from config.words import SIGNAL_NAMES, Signal
from signals.fit import FEWEST_CASES, Fit, fit
from smokewatch.bootstrap import read_policy, utc_now
from smokewatch.cli.output import Json, console, moment, refuse, show_json
from smokewatch.cli.session import opened
from store.rules import RuleCount, rule_counts
from workflow.cases import judged_cases


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(rules)
    app.command()(tune)


def rules(
    ctx: typer.Context,
    phrases: Annotated[bool, typer.Option("--phrases", help="Each rule by its id, not only each signal.")] = False,
    days: Annotated[int, typer.Option(min=1, help="How far back.")] = 90,
    as_json: Json = False,
) -> None:
    """How often each rule found something, and how often people called it useful or noise."""
    with opened(ctx) as app, app.store.transaction() as session:
        counts = rule_counts(
            session, read_policy(app.settings).shadow, utc_now() - timedelta(days=days), phrases=phrases
        )
    if as_json:
        show_json([each.to_json() for each in counts])
    elif counts:
        console().print(_table(counts))
    else:
        console().print(f"No rule found anything in the last {days} days.")


def _table(counts: list[RuleCount]) -> Table:
    made = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("rule", "found", "raised", "useful", "noise", "precision", "last"):
        made.add_column(name, justify="left" if name in {"rule", "last"} else "right")
    for each in counts:
        made.add_row(
            Text(SIGNAL_NAMES.get(each.rule, each.rule) + (" (on trial)" if each.shadow else "")),
            *(str(number) for number in (each.found, each.raised, each.useful, each.noise)),
            _precision(each),
            moment(each.last_at) if each.last_at else "-",
        )
    return made


def _precision(count: RuleCount) -> str:
    if count.precision is None or count.interval is None:
        return "-"
    return f"{count.precision:.2f} ({count.interval[0]:.2f} to {count.interval[1]:.2f})"


def tune(
    ctx: typer.Context,
    write: Annotated[Path | None, typer.Option(help="Write the weights to this file.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Propose weights from the cases that people judged `useful` or `noise`; nothing changes by itself."""
    with opened(ctx) as app, app.store.transaction() as session:
        cases = judged_cases(session)
        weights = read_policy(app.settings).risk.weights
    if len(cases) < FEWEST_CASES:
        missing = FEWEST_CASES - len(cases)
        refuse(
            f"{len(cases)} cases are judged, and {FEWEST_CASES} are needed: fewer would follow chance. "
            f"{missing} more answers of `useful` or `noise: why` to alerts will do."
        )
    try:
        found = fit(cases, weights)
    except ValueError as error:
        refuse(f"The judged cases tell nothing yet: {error}.")
    if write is not None:
        _write(write, found)
    if as_json:
        show_json({"cases": len(cases), **vars(found)})
        return
    _show(found, weights, len(cases), write)


def _write(path: Path, found: Fit) -> None:
    if path.exists():
        refuse(f"{path} is there already, and nothing was written; name a file that is not.")
    lines = [f"{signal.value} = {weight}" for signal, weight in found.weights.items()]
    try:
        path.write_text("[risk.weights]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        refuse(f"{path} cannot be written: {error.strerror}.")


def _show(found: Fit, weights: dict[Signal, float], cases: int, write: Path | None) -> None:
    made = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("signal", "now", "proposed", ""):
        made.add_column(name, justify="left" if name == "signal" else "right")
    for signal, weight in found.weights.items():
        change = weight - weights[signal]
        moved = Text(f"{change:+.2f}" if abs(change) >= 0.01 else "", style="green" if change > 0 else "red")  # noqa: PLR2004
        made.add_row(SIGNAL_NAMES[signal], f"{weights[signal]:.2f}", f"{weight:.2f}", moved)
    out = console()
    out.print(made)
    better = found.loss_after < found.loss_before
    out.print(
        f"\n{cases} judged cases. Log loss on cases held out of the fit: {found.loss_before:.3f} with the weights as "
        f"they are, {found.loss_after:.3f} with the proposed ones"
        + ("." if better else ": no better. Keep what you have.")
    )
    if write is None:
        out.print("Nothing was changed. `smokewatch tune --write weights.toml` writes them to a file.")
        return
    out.print(
        f"They are in {write}, and nothing else was changed. See what would change with `smokewatch replay --stored "
        f"--compare POLICY.toml {write}`; then take the lines over into your policy file."
    )
