"""Every reply command as a command of the command line, made from the same table of verbs."""

from collections.abc import Callable
from typing import Annotated

import typer
from rich.text import Text

from smokewatch.bootstrap import utc_now
from smokewatch.cli.closing import show_form
from smokewatch.cli.numbers import Number
from smokewatch.cli.output import Exit, Json, console, refuse, show_json
from smokewatch.cli.pages import show_page
from smokewatch.cli.session import actor, by, opened
from store.visibility import may_see
from workflow.execute import Request, Transcript, run_block
from workflow.grammar import parse_block
from workflow.trust import Trust
from workflow.verbs import VERBS
from workflow.verbs.base import Lines, Verb

NOT_HERE = frozenset({"status", "help", "search", "mine", "handoff", "queue", "queues", "away", "back"})
"""They have commands of their own, or one says the same: `show`, `--help`, `actions --mine`, `handoff` and so on."""

Words = Annotated[list[str] | None, typer.Argument(help="The rest of the command.", show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Register one command per verb."""
    for verb in VERBS.values():
        if verb.name not in NOT_HERE:
            usage = verb.usage.replace("[", "(").replace("]", ")")
            app.command(
                verb.name.replace(" ", "-"), help=f"{verb.meaning[0].upper()}{verb.meaning[1:]}. By mail: {usage}",
                rich_help_panel=None,
            )(_command(verb))  # fmt: skip


def _command(verb: Verb) -> Callable[..., None]:
    def run(ctx: typer.Context, number: Number, words: Words = None, as_json: Json = False) -> None:
        run_verb(ctx, verb, number, words or [], as_json=as_json)

    return run


def run_verb(ctx: typer.Context, verb: Verb, number: int, words: list[str], *, as_json: bool) -> None:
    """Run one command on an escalation and show what became of it."""
    line = written(verb, words)
    with opened(ctx) as app, app.store.transaction() as session:
        person = actor(ctx, session, app)
        if not may_see(session, person.id, number):
            refuse(f"There is no ESC-{number} that you may see; `smokewatch list` shows yours.")
        block = parse_block(line, utc_now(), person.zone)
        if not block.commands:
            hints = [unknown.hint for unknown in block.unknown]
            refuse(block.problem or " ".join(hints) or f"I could not read that. Write it as: {verb.usage}", Exit.USAGE)
        request = Request(Trust.CONFIRMED, app.workflow)
        transcript = run_block(session, by(ctx, session, app), number, block, request)
    _show(transcript, as_json=as_json)


def written(verb: Verb, words: list[str]) -> str:
    """The line as it would stand in a mail: `resolve: done` for `resolve ESC-1 done`."""
    if verb.lines is not Lines.ONE or verb.name == "close":
        words = [word.replace("\\n", "\n") for word in words]
    if verb.name == "close":
        # Its parts are commands of their own: close ESC-1 "root cause: ..." "resolution: ..."
        return "\n".join(["close", *words])
    text = " ".join(words)
    if not text:
        return verb.name
    return f"{verb.name}: {text}" if verb.usage.startswith(f"{verb.name}:") else f"{verb.name} {text}"


def _show(transcript: Transcript, *, as_json: bool) -> None:
    if as_json:
        show_json(transcript.answer_facts())
    else:
        for line in transcript.lines:
            console().print(Text(line.outcome, style="" if line.ok else "red"))
        for page in transcript.pages:
            show_page(page)
        if transcript.undo:
            console().print(Text(transcript.undo, style="dim"))
        if transcript.ask:
            console().print(Text(transcript.ask))
        if transcript.form:
            show_form(transcript.form)
    if not all(line.ok for line in transcript.lines):
        raise typer.Exit(Exit.REFUSED)
