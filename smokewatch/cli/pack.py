"""`smokewatch pack ESC-1`: everything of an escalation in one zip, to be read and checked without this program."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text
from sqlalchemy.orm import Session

from smokewatch.bootstrap import App, utc_now
from smokewatch.cli.numbers import Number
from smokewatch.cli.output import Json, console, refuse, show_json
from smokewatch.cli.session import by, opened, viewer
from smokewatch.pack import Packed, pack
from store.audit import SYSTEM
from store.record import Escalation
from store.visibility import may_see
from workflow.change import Step, append


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("pack")(make)


def make(
    ctx: typer.Context,
    number: Number,
    out: Annotated[Path | None, typer.Option(help="Where to write it; else ESC-NUMBER.zip, here.")] = None,
    as_json: Json = False,
) -> None:
    """Pack the evidence of an escalation: timeline, mails, files, closeouts, the audit chain and how to verify it.

    The same record gives the same file, to the byte. Unpack it and run verify.py, or open timeline.html.
    """
    target = out or Path(f"ESC-{number}.zip")
    if target.exists():
        refuse(f"{target} is there already; name another file with --out.")
    part = target.with_name(f"{target.name}.part")
    with opened(ctx) as app:
        try:
            packed = _write(ctx, app, number, part)
            digest = hashlib.sha256(part.read_bytes()).hexdigest()
            with app.store.transaction() as session:
                # Nobody gets a pack that the audit does not know.
                step = Step("evidence packed", None, f"ESC-{number}", detail={"sha256": digest})
                append(session, by(ctx, session, app), SYSTEM, step)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    if as_json:
        show_json({"file": str(target), "sha256": digest, **vars(packed)})
    else:
        _say(target, digest, packed)


def _write(ctx: typer.Context, app: App, number: int, part: Path) -> Packed:
    with app.store.transaction() as session:
        # One state of the database throughout, whatever comes in meanwhile.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        esc = _visible(ctx, session, app, number)
        with part.open("wb") as file:
            return pack(session, esc, file, app.settings.limits, utc_now())


def _visible(ctx: typer.Context, session: Session, app: App, number: int) -> Escalation:
    person = viewer(ctx, session, app)
    esc = session.get(Escalation, number)
    if esc is None or (person is not None and not may_see(session, person.id, number)):
        refuse(f"There is no ESC-{number} that you may see; `smokewatch list` shows yours.")
    return esc


def _say(target: Path, digest: str, packed: Packed) -> None:
    out = console()
    counted = {"mail": packed.mails, "file": packed.files, "audit row": packed.rows}
    parts = [f"{count} {what}{'' if count == 1 else 's'}" for what, count in counted.items()]
    out.print(Text(f"{target}: {', '.join(parts)}."))
    if packed.redacted:
        more = f"{packed.redacted} more {'mail is' if packed.redacted == 1 else 'mails are'} no longer kept"
        out.print(Text(f"{more}; redactions.json names them."))
    if packed.holds:
        out.print(Text("The audit chain holds.", style="green"))
    else:
        out.print(Text("The audit chain does NOT hold: see audit/verification.json in it.", style="red"))
    out.print(Text(f"SHA-256 {digest}", style="dim"))
