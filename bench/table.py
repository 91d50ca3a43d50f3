"""Writes the figures of one evaluation as a Markdown table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bench.whole import Conversation, by_kind, flaps, most_notices, whole

Share = list[float] | None


@dataclass(frozen=True)
class Run:
    """One evaluation: what the scorer said, and what was told."""

    at: datetime
    lexicons: str
    report: dict[str, Any]
    events: list[dict[str, Any]]
    truth: list[dict[str, Any]]
    seen: list[Conversation]
    mails: int
    parked: int
    seconds: float


def as_markdown(run: Run) -> str:
    """A heading with date and lexicon versions, then the table."""
    stories = sum(not story["background"] for story in run.truth)
    mails = f"{run.mails} mails in {run.seconds:.0f} s ({run.parked} parked)"
    lines = [
        f"## {run.at:%Y-%m-%d %H:%M} UTC, lexicons {run.lexicons}",
        "",
        f"{stories} stories{_hidden(run)}, {mails}. Intervals: Wilson, 95 %.",
        "",
        "| signal | hit | missed | late | false | precision | recall | F1 | delay: median, p90 |",
        "|---|---|---|---|---|---|---|---|---|",
        *_signals(run.report),
        "",
        "| whole | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in _rest(run)),
        "",
    ]
    return "\n".join(lines) + "\n"


def _hidden(run: Run) -> str:
    own = sum(len(story["mails"]) for story in run.truth if not story["background"])
    return f" hidden in {run.mails - own} background mails" if run.mails > own else ""


def _signals(report: dict[str, Any]) -> Iterator[str]:
    for name, row in [*report["signals"].items(), ("all signals", report["all_signals"])]:
        yield _row(name, row, _delay(row["delay_minutes"], "min"))
    row = report["escalations"]
    yield _row("escalations", row, _delay(row["hours_to_spare"], "h to spare"))
    yield _row("promises", report["promises"], "")


def _row(name: str, row: dict[str, Any], delay: str) -> str:
    counts = f"{row['hit']} | {row['missed']} | {row.get('late', '')} | {row['false']}"
    return (
        f"| {name} | {counts} | {_share(row['precision'])} | {_share(row['recall'])} | {_share(row['f1'])} | {delay} |"
    )


def _rest(run: Run) -> Iterator[tuple[str, str]]:
    report, found = run.report, whole(run.seen, run.truth)
    notices = report["notices"]
    yield "promises, due time exact", _share(report["promises"]["due_exact"])
    yield "promises, outcome exact", _share(report["promises"]["outcome_exact"])
    yield "quotes verbatim", f"{_share(report['quotes']['verbatim'])} of {report['quotes']['quotes']}"
    yield "notices", f"{notices['total']}, {notices['per_story']:.2f} a story, {notices['on_background']} on background"
    yield "notices by kind", ", ".join(f"{count} {kind}" for kind, count in by_kind(run.events).items()) or "none"
    yield "notices for each risk change", f"{notices['per_risk_change'] or 0:.2f} ({notices['risk_changes']} changes)"
    yield "most notices to one person about one escalation at one moment", str(most_notices(run.events))
    yield "flaps (fell and back within a day)", str(flaps(run.events))
    yield "conversations", f"{found.conversations}, {found.true} of them true escalations"
    yield "flagged", f"{found.flagged} ({100 * found.share:.1f} %)"
    yield "recall of true escalations", f"{found.recall:.2f} ({found.caught} of {found.true})"
    yield "lift", f"{found.lift:.1f} (at best {found.conversations / (found.true or 1):.1f})"


def _share(value: Share) -> str:
    return f"{value[0]:.2f} [{value[1]:.2f}-{value[2]:.2f}]" if value else "-"


def _delay(value: dict[str, float] | None, unit: str) -> str:
    return f"{value['median']:.1f}, {value['p90']:.1f} {unit}" if value else ""
