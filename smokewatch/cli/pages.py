"""Prints a page of headed lists on the terminal."""

from rich.padding import Padding
from rich.text import Text

from smokewatch.cli.output import console
from workflow.pages import Page


def show_page(page: Page) -> None:
    """Print the sections; a text to be sent on stands without marks of the terminal's own."""
    out = console()
    for section in page.sections:
        out.print()
        if section.title:
            out.print(Text(section.title, style="" if page.forward else "bold"))
        for line in section.lines:
            if not line:
                out.print()
                continue
            shown = Text("".join(c if c.isprintable() else " " for c in line))
            mark = Text("- ") if section.title else Text("")
            out.print(Padding(mark.append_text(shown), (0, 0, 0, 2 if section.title else 0), expand=False))
