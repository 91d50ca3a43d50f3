"""Commands about mail: import, reconcile, answer."""

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.text import Text
from sqlalchemy import func, select

from config.oauth import OAuthError
from config.settings import Mailbox
from config.words import RawState
from ingest.errors import ImportUnreadable, IntakeError
from ingest.files import Imported, Importer
from ingest.imap import open_imap
from ingest.reconcile import Report, reconcile_folder
from ingest.take import Desk
from smokewatch import answering
from smokewatch.actors import BATCH
from smokewatch.bootstrap import App, token_source, utc_now
from smokewatch.cli.failures import explain
from smokewatch.cli.output import Exit, Json, complain, console, refuse, show_records
from smokewatch.cli.session import choices, opened, settings_of
from smokewatch.engines.local import LocalEngines, outbox
from store.mail import Folder, RawMail

ANSWER_SECONDS = 60
"""How long `answer` waits for the transcript; a running Smokewatch takes two seconds, under load half a minute."""
PATIENCE_SECONDS = 5
"""After this `answer` says that it is still waiting."""


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("import")(import_mail)
    app.command()(reconcile)
    app.command()(answer)


def import_mail(
    ctx: typer.Context,
    path: Annotated[
        str, typer.Argument(help="An mbox file, a Maildir, a folder of .eml files, one .eml, or - for stdin.")
    ],
    keep_only: Annotated[bool, typer.Option("--keep-only", help="Keep the mails; a worker processes them.")] = False,
    silent: Annotated[bool, typer.Option("--silent", help="Raise escalations, but send no mail about them.")] = False,
) -> None:
    """Take mail from files or a pipe. Ends with 75 when the sender should try again."""
    if path != "-":
        _import(ctx, path, keep_only=keep_only, silent=silent)
        return
    try:
        _import(ctx, path, keep_only=keep_only, silent=silent)
    except ImportUnreadable:
        raise
    except Exception as error:
        # A mail server bounces the mail on any other code, even when only our settings are wrong.
        for sentence in explain(error)[1]:
            complain(sentence)
        raise typer.Exit(Exit.TRY_AGAIN) from error


def _import(ctx: typer.Context, path: str, *, keep_only: bool, silent: bool) -> None:
    with opened(ctx) as loud:
        app = loud.silenced() if silent else loud
        new: list[int] = []
        importer = Importer(app.store, new.extend, app.settings.limits)
        piped = path == "-"
        result = importer.stream(sys.stdin.buffer, utc_now()) if piped else _with_progress(importer, Path(path))
        parked = 0 if keep_only else _process(app, new, show=path != "-")
    mails = "1 mail" if result.read == 1 else f"{result.read} mails"
    words = f"{mails} read: {result.new} new, {result.read - result.new} known already"
    words += f", {parked} parked (see: smokewatch parked list)" if parked else ""
    if path != "-":
        console().print(f"{words}.")
    for sentence in result.skipped:
        complain(f"Passed over: {sentence}.")


def _with_progress(importer: Importer, path: Path) -> Imported:
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), transient=True, disable=not console().is_terminal
    ) as progress:
        task = progress.add_task("Reading ...", total=None)
        shown = replace(importer, progress=lambda n: progress.update(task, description=f"{n} mails read"))
        return shown.path(path, utc_now())


def _process(app: App, ids: list[int], *, show: bool) -> int:
    """Process what is new, in batches, with a bar; how many were parked."""
    with Progress(transient=True, disable=not (show and console().is_terminal)) as progress:
        task = progress.add_task("Processing", total=len(ids))
        for start in range(0, len(ids), BATCH):
            app.process(ids[start : start + BATCH])
            progress.advance(task, BATCH)
    with app.store.transaction() as session:
        parked = select(func.count()).where(RawMail.id.in_(ids), RawMail.state == RawState.PARKED)
        return session.scalar(parked) or 0


def reconcile(ctx: typer.Context, as_json: Json = False) -> None:
    """Find and fetch what a mailbox holds and was not kept."""
    rows: list[dict[str, Any]] = []
    with LocalEngines(settings_of(ctx), mail=True) as engines:
        from smokewatch.bootstrap import build  # noqa: PLC0415 - opened() would start no mail servers

        app = build(engines.settings)
        try:
            for box in app.settings.mailboxes:
                rows += _reconcile(app, box)
        finally:
            app.close()
    show_records(rows, as_json=as_json, empty="No folder was ever read: start `smokewatch up` first.")
    if any(row["error"] for row in rows):
        raise typer.Exit(Exit.TRY_AGAIN)


def answer(
    ctx: typer.Context,
    mail: Annotated[str, typer.Argument(help="A number like ESC-1, or a file in the outbox folder.")],
    text: Annotated[str, typer.Argument(help='Commands and comment, such as "ack".')],
    wait: Annotated[bool, typer.Option(help="Wait for what Smokewatch says to it.")] = True,
) -> None:
    """Answer a mail in the outbox folder as its receiver would.

    For trying things out without a mail server: the sample, and while [outgoing.smtp] is not set.
    """
    if not text.strip():
        refuse('An empty answer says nothing, and gets no answer: write "ack", or "help" for all commands.')
    settings = settings_of(ctx)
    folder = outbox(settings)
    try:
        path = answering.find(settings, mail, choices(ctx).acting_as)
        raw = answering.reply(path.read_bytes(), text.replace("\\n", "\n"), utc_now())
    except answering.CannotAnswerError as why:
        refuse(str(why))
    before = set(folder.glob("*.txt"))
    out = console()
    if not answering.send(settings, raw):
        out.print("The answer lies in the mailbox; Smokewatch is not running and reads it at the next start.")
        return
    out.print(Text("Answered "), Text(path.stem, style="bold"), Text("."), sep="", end="\n")
    if wait:
        _wait_for_answer(folder, before, answering.recipient(path))


def _wait_for_answer(folder: Path, before: set[Path], person: str) -> None:
    """Show the next mail to the one who answered; a command may write to others first."""
    out = console()
    began = time.monotonic()
    with out.status("Waiting for what Smokewatch says to it ...") as status:
        while (waited := time.monotonic() - began) < ANSWER_SECONDS:
            fresh = sorted(set(folder.glob("*.txt")) - before)
            mine = next((path for path in fresh if answering.recipient(path) == person), None)
            if mine is not None:
                out.print(Text(mine.read_text(encoding="utf-8").partition("\n\n")[2].rstrip()), soft_wrap=True)
                return
            if waited > PATIENCE_SECONDS:
                status.update(f"It is still being read: {waited:.0f} of at most {ANSWER_SECONDS} s ...")
            time.sleep(0.2)
    complain(
        f"Nothing came back within {ANSWER_SECONDS} s. Your answer lies in the mailbox and is not lost, so do not send "
        f"it again: what Smokewatch says to it will lie in {folder}. If nothing comes, `smokewatch status` shows "
        "whether the mailbox is read, and `smokewatch parked list` whether the answer could not be."
    )
    raise typer.Exit(Exit.TRY_AGAIN)


def _reconcile(app: App, box: Mailbox) -> list[dict[str, Any]]:
    desk = Desk(app.store, box, lambda _ids: None, app.settings.limits)
    with app.store.transaction() as session:
        folders = session.execute(select(Folder.id, Folder.name).where(Folder.mailbox == box.name)).all()
    try:
        tokens = token_source(box)
        token = tokens.token(utc_now()) if tokens else ""
        imap = open_imap(box, tokens, desk.timing, app.settings.limits.mail_bytes * 2, token)
    except (IntakeError, OAuthError) as error:
        return [_row(box.name, "-", error=str(error))]
    rows = []
    try:
        for folder_id, name in folders:
            try:
                found = reconcile_folder(desk, imap, folder_id, name, utc_now())
            except IntakeError as error:
                rows.append(_row(box.name, name, error=str(error)))
                continue
            if found.kept:
                app.process(found.kept)
            rows.append(_row(box.name, name, found=found))
    finally:
        imap.close(politely=True)
    return rows


def _row(mailbox: str, folder: str, *, found: Report | None = None, error: str = "") -> dict[str, Any]:
    return {
        "mailbox": mailbox,
        "folder": folder,
        "on_server": found.on_server if found else None,
        "in_ledger": found.in_ledger if found else None,
        "fetched_now": len(found.kept) if found else None,
        "missing": sum(not each.kept for each in found.missing) if found else None,
        "error": error,
    }
