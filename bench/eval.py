"""Replays the stories with known truth, scores what was told, and keeps the table of the run.

    python -m bench.eval [STORIES] [--noise TIMES] [--background PATH ...] [--keep docs/eval.md]

STORIES is a folder of stories with the stories' own `render.py` and `score.py` in the folder above it; without the
argument it is the environment's SMOKEWATCH_STORIES, else `../shared/stories/dev`. `--noise 100` hides the stories in a
hundred times as many harmless mails, `--background` in mail of an mbox or a folder as well.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import select

from bench import labels
from bench.engine import database
from bench.table import Run, as_markdown
from bench.whole import Conversation as Seen
from config.lexicon import lexicon
from config.policy import load_policy
from config.settings import Settings
from smokewatch import logs
from smokewatch.replay.events import Event
from smokewatch.replay.intake import Intake
from smokewatch.replay.mails import Spool, from_files
from smokewatch.replay.run import Replay
from smokewatch.replay.scenery import Files
from store.database import Store
from store.mail import Conversation
from store.people import Account

STORIES = "SMOKEWATCH_STORIES"
SIBLING = Path(__file__).parents[2] / "shared" / "stories" / "dev"
LANGUAGES = ("en", "de", "fr", "es", "pt")
HEAD = "# How good the signals are\n\n`make eval` writes this: one table a run, the newest first.\n"


@dataclass(frozen=True)
class Rendered:
    """The files that `render.py` wrote."""

    folder: Path

    @property
    def mbox(self) -> Path:
        """The mails in time order."""
        return self.folder / "stories.mbox"

    @property
    def truth(self) -> Path:
        """The index for the scorer."""
        return self.folder / "stories.truth.json"

    @property
    def files(self) -> Files:
        """The set-up files."""
        folder = self.folder
        return Files(folder / "teams.csv", folder / "people.csv", folder / "accounts.csv", folder / "history.json")


def stories_folder(given: Path | None) -> Path:
    """Where the stories are: as given, as the environment says, or beside this project."""
    return given or Path(os.environ.get(STORIES, SIBLING))


def render(stories: Path, folder: Path, noise: int) -> Rendered:
    """Let the stories' own tool write the mails, `noise` harmless ones among them, and the set-up files."""
    made = Rendered(folder)
    files = made.files
    named = {"teams": files.teams, "people": files.people, "accounts": files.accounts, "history": files.history}
    options = [word for name, path in named.items() for word in (f"--{name}", str(path))]
    tool = stories.parent / "render.py"
    words = [sys.executable, str(tool), str(stories), str(made.mbox), *options, "--noise", str(noise)]
    subprocess.run(words, check=True)
    return made


def replay(made: Rendered, background: Sequence[Path]) -> tuple[list[Event], list[Seen], Intake]:
    """All events, and every conversation as it stood at the end."""
    settings = Settings()
    with from_files(made.mbox, settings.limits) as spool, database() as url, _bar() as progress:
        for path in background:
            with from_files(path, settings.limits) as other:
                _add(spool, other)
        task = progress.add_task("Replaying", total=len(spool.arrivals))
        here = settings.model_copy(update={"database_url": url})
        run = Replay(here, load_policy(), spool, made.files, progress=lambda n: progress.advance(task, n))
        with run.started() as replayed:
            events = list(replayed.run())
            return events, conversations(replayed.store), replayed.intake


def conversations(store: Store) -> list[Seen]:
    """Every conversation with its account and whether it became an escalation."""
    rows = select(Account.name, Conversation.escalation_id).outerjoin(Account, Account.id == Conversation.account_id)
    with store.transaction() as session:
        found = session.execute(rows.where(Conversation.merged_into.is_(None)).order_by(Conversation.id))
        return [Seen(account, number is not None) for account, number in found]


def score(stories: Path, made: Rendered, events: list[Event]) -> dict[str, Any]:
    """What the stories' own scorer says of the events."""
    told = made.folder / "events.jsonl"
    told.write_text("".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events), encoding="utf-8")
    words = [sys.executable, str(stories.parent / "score.py"), str(made.truth), str(told), "--json"]
    report: dict[str, Any] = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    return report


def measure(stories: Path, times: int, background: Sequence[Path], now: datetime) -> Run:
    """One run from the stories to its figures."""
    mails = sum(len(json.loads(path.read_text(encoding="utf-8"))["mails"]) for path in stories.glob("*.json"))
    with tempfile.TemporaryDirectory() as folder:
        made = render(stories, Path(folder), mails * times)
        began = time.perf_counter()
        events, seen, intake = replay(made, background)
        seconds = time.perf_counter() - began
        report = score(stories, made, events)
        truth = json.loads(made.truth.read_text(encoding="utf-8"))["stories"]
    versions = " ".join(lexicon(language).version for language in LANGUAGES)
    return Run(now, versions, report, events, truth, seen, intake.mails, intake.parked, seconds)


def keep(path: Path, table: str) -> None:
    """Put the run's table above those of earlier runs."""
    before = path.read_text(encoding="utf-8").removeprefix(HEAD) if path.exists() else ""
    path.write_text(f"{HEAD}\n{table}{before}", encoding="utf-8")


def _add(spool: Spool, other: Spool) -> None:
    for arrival in other.arrivals:
        mail = other.fetched(arrival)
        spool.add(mail.raw or b"", arrival.size, arrival.at, arrival.mailbox)
    spool.sort()


def _bar() -> Progress:
    console = Console(stderr=True)
    return Progress(console=console, transient=True, disable=not console.is_terminal)


def main() -> None:
    """Read the arguments, measure, print, keep."""
    parser = argparse.ArgumentParser(description="Score the signals on stories with known truth.")
    parser.add_argument("stories", type=Path, nargs="?")
    parser.add_argument("--noise", type=int, default=0, metavar="TIMES", help="harmless mails for each story mail")
    parser.add_argument("--background", type=Path, nargs="*", default=[], help="mboxes or folders of other mail")
    parser.add_argument("--keep", type=Path, help="the file that keeps the table of each run")
    args = parser.parse_args()
    stories = stories_folder(args.stories)
    if not (stories.is_dir() and (stories.parent / "score.py").exists()):
        print(f"There are no stories in {stories}: name a folder, or set {STORIES}. Nothing was measured.")
        return
    logs.configure("ERROR")
    run = measure(stories, args.noise, args.background, datetime.now(UTC))
    table = as_markdown(run) + ("" if args.noise else labels.section(stories.parents[1] / "mail"))
    print(table)
    print("\n".join(f"{number:3}. {error}" for number, error in enumerate(run.report["worst"], 1)))
    if args.keep:
        keep(args.keep, table)


if __name__ == "__main__":
    main()
