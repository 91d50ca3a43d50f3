"""Commands about files of the record: attach, list, get, take off."""

import mimetypes
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text
from sqlalchemy.orm import Session

from ingest.attachments import safe_name
from smokewatch.bootstrap import App
from smokewatch.cli.fieldrows import file_row, size
from smokewatch.cli.numbers import parse_number
from smokewatch.cli.output import Json, console, refuse, show_json, show_records
from smokewatch.cli.session import actor, by, opened
from store.hanging import files_of, files_on_anchor
from store.people import Person
from store.record import Escalation
from store.shapes import plain_records
from store.visibility import may_see
from workflow.anchornames import read_name
from workflow.anchors import find_anchor
from workflow.documents import LARGEST, File, Place, attach_file, bytes_of, detach_file
from workflow.filing import find_document, place_of, place_on, place_on_anchor
from workflow.record import lock

On = Annotated[str, typer.Argument(help="An escalation or an anchor: ESC-42, or deal:D-7.", metavar="ESC-NUMBER")]
FileId = Annotated[int, typer.Argument(help="The number that `smokewatch files` shows.", metavar="ID")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(attach)
    app.command("files")(list_files)
    group = typer.Typer(help="One file of the record.", no_args_is_help=True)
    group.command("get")(get)
    group.command("remove")(remove)
    app.add_typer(group, name="file")


def attach(
    ctx: typer.Context,
    on: On,
    file: Annotated[Path, typer.Argument(help="The file to attach.", show_default=False)],
    to: Annotated[str, typer.Option(help="What on it: comment:5, closeout:1 or action:3.")] = "",
) -> None:
    """Attach a file to an escalation, a comment, a closeout, an action item or an anchor."""
    body = _read(file)
    name = safe_name(file.name, 0, "")
    kind = mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"
    with opened(ctx) as app, app.store.transaction() as session:
        change = by(ctx, session, app)
        place = _place(ctx, session, app, (on, to))
        made = attach_file(session, change, place, File(name, kind, body)).id
    console().print(Text(f"{name} ({size(len(body))}) is attached, as file {made}."))


def list_files(ctx: typer.Context, on: On, as_json: Json = False) -> None:
    """The files of an escalation with its comments, closeouts and action items; or of an anchor."""
    with opened(ctx) as app, app.store.transaction() as session:
        place = _place(ctx, session, app, (on, ""), locked=False)
        esc = place.escalation
        found = files_on_anchor(session, place.target_id) if esc is None else files_of(session, esc.id)
    if as_json:
        show_json(plain_records(found))
    else:
        show_records([file_row(each) for each in found], as_json=False, empty=f"There is no file on {on}.")


def get(
    ctx: typer.Context,
    number: FileId,
    path: Annotated[Path, typer.Argument(help="Where to write it; a folder keeps the file's own name.")] = Path(),
) -> None:
    """Write a file of the record to this machine; what is there already is not overwritten."""
    with opened(ctx) as app, app.store.transaction() as session:
        document = find_document(session, actor(ctx, session, app), number)
        name, body = document.name, bytes_of(session, document)
    target = path / name if path.is_dir() else path
    try:
        with target.open("xb") as out:
            out.write(body)
    except FileExistsError:
        refuse(f"{target} is there already: name another file, or another folder.")
    except OSError as error:
        refuse(f"{target} cannot be written: {error.strerror}.")
    console().print(Text(f"{target} written, {size(len(body))}."), soft_wrap=True)


def remove(ctx: typer.Context, number: FileId) -> None:
    """Take a file off the record; the audit keeps its name and hash."""
    with opened(ctx) as app, app.store.transaction() as session:
        change = by(ctx, session, app)
        document = find_document(session, actor(ctx, session, app), number)
        name = document.name
        detach_file(session, change, place_of(session, document), document)
    console().print(Text(f"{name} is taken off."))


def _place(ctx: typer.Context, session: Session, app: App, said: tuple[str, str], *, locked: bool = True) -> Place:
    """What `ESC-1` and `comment:5` mean, as far as the person may see it."""
    person, (on, to) = actor(ctx, session, app), said
    name = read_name(on)
    if name is not None:
        return place_on_anchor(session, find_anchor(session, person.id, name, locked=locked), to)
    number = parse_number(on)
    _check_seen(session, person, number)
    esc = lock(session, number) if locked else session.get_one(Escalation, number)
    return place_on(session, esc, to)


def _check_seen(session: Session, person: Person, number: int) -> None:
    if not may_see(session, person.id, number):
        refuse(f"There is no ESC-{number} that you may see; `smokewatch list` shows yours.")


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            held, most = size(file.stat().st_size), size(LARGEST)
            refuse(f"{file} has {held}; a file may have {most}. Give its address with `smokewatch link` instead.")
        return file.read_bytes()
    except OSError as error:
        refuse(f"{file} cannot be read: {error.strerror}.")
