"""`smokewatch search`: what was written about something, in mails, comments, closeouts and files."""

from typing import Annotated

import typer
from rich.padding import Padding
from rich.text import Text

from ingest.searchable import fill_index
from smokewatch.bootstrap import App, utc_now
from smokewatch.cli.output import Json, console, moment, show_json
from smokewatch.cli.session import opened, viewer
from store.indexing import how_many_wait
from workflow.dates import When
from workflow.search import Found, Page, search
from workflow.searchhits import Hit
from workflow.searchwords import read_search

MOST_BATCHES = 5
"""What waits is taken in first, a few seconds' work of it; more is a job for a running worker."""
_COUNTED = 1_000

Words = Annotated[
    list[str],
    typer.Argument(help='Words, "an exact phrase", -not this, and filters: account: state: signal: owner: from: ...'),
]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    # A word with a minus before it is no option.
    app.command("search", context_settings={"ignore_unknown_options": True})(find)


def find(
    ctx: typer.Context,
    words: Words,
    limit: Annotated[int, typer.Option(help="How many to show.", min=1, max=200)] = 20,
    page: Annotated[int, typer.Option(help="Which page of them.", min=1, max=50)] = 1,
    as_json: Json = False,
) -> None:
    """Find mails, comments, closeouts and files, the best first.

    Filters: account:norvik state:open signal:missed_promise before:2026-05-01 after:30d owner:@lena priority:high
    sev:1 kind:mail from:ines. Words are found in other forms too; put what must stand exactly so in quotes.
    """
    with opened(ctx) as app:
        waiting = _fill(app)
        with app.store.transaction() as session:
            person = viewer(ctx, session, app)
            now = utc_now()
            zone = "UTC" if person is None else person.zone
            asked = read_search(as_text(words), When(now, zone))
            found = search(session, person, asked, now, Page(limit, (page - 1) * limit))
    if as_json:
        show_json(to_json(found) | {"waiting": waiting})
        return
    _show(found, page)
    if waiting:
        more = f"over {_COUNTED}" if waiting > _COUNTED else str(waiting)
        console().print(Text(f"{more} texts are not indexed yet; a running worker does it.", style="dim"))


def as_text(words: list[str]) -> str:
    """The search as it would stand in a mail; the shell has taken the quotes off words with blanks in them."""
    if len(words) == 1:
        return words[0]
    return " ".join(_quoted(word) if " " in word and '"' not in word else word for word in words)


def _quoted(word: str) -> str:
    name, colon, value = word.partition(":")
    if colon and name.isalpha():
        return f'{name}:"{value}"'
    return f'-"{word[1:]}"' if word.startswith("-") else f'"{word}"'


def to_json(found: Found) -> dict[str, object]:
    """Plain JSON."""
    return {
        "total": found.total,
        "more": found.more,
        "instead": [{"of": word, "shown": other} for word, other in found.instead],
        "hits": [hit.to_json() for hit in found.hits],
    }


def _fill(app: App) -> int:
    """Take in what waits; how many texts still do."""
    for _ in range(MOST_BATCHES):
        if not fill_index(app.store, app.settings.limits, utc_now()):
            break
    with app.store.transaction() as session:
        return how_many_wait(session, _COUNTED + 1)


def _show(found: Found, page: int) -> None:
    out = console()
    for word, other in found.instead:
        out.print(Text(f"Nothing has “{word}”; showing results for “{other}”."))
    if not found.hits:
        out.print("Nothing that you may see fits." if page == 1 else "There are no more.")
        return
    for hit in found.hits:
        head = Text(f"{hit.number or 'no ESC':<5}  ", style="bold" if hit.number else "dim")
        out.print(head.append(_printable(hit.title or hit.kind), style="bold"))
        for line, style in ((_where(hit), "dim"), (hit.quote, "")):
            if line:
                out.print(Padding(Text(_printable(line), style=style), (0, 0, 0, 7), expand=False))
    shown = f"{len(found.hits)} of {'over ' if found.more else ''}{found.total}"
    out.print(Text(f"{shown} found" + (f", page {page}" if page > 1 else "") + ".", style="dim"))


def _where(hit: Hit) -> str:
    """Who wrote it, to whom it belongs, and when."""
    who = f"{hit.who} ({hit.account})" if hit.who and hit.account else hit.who or hit.account or ""
    return ", ".join(part for part in (who, f"{hit.kind} of {moment(hit.at)}") if part)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
