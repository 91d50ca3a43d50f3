"""Finds what the writer of a reply said on top of it, apart from what he said below or between the quotes."""

from dataclasses import dataclass

from ingest.newtext import split_new_text


@dataclass(frozen=True)
class Words:
    """The writer's own words. Only `top` may command; `below` stands under the first quoted line."""

    top: str
    below: str = ""


def words_of(command_text: str) -> Words:
    """Part the writer's words at the first line that is not his own.

    What stands under a quote looks like his own words to any splitter that the quote has deceived, and a command
    there could be somebody else's; so it is kept as a comment at most.
    """
    whole = split_new_text(command_text)
    if whole.quoted_from is None:
        return Words(whole.text)
    lines = command_text.replace("\r\n", "\n").split("\n")
    above = "\n".join(lines[: whole.quoted_from])
    top = split_new_text(above).text if above.strip() else ""
    if not top.strip():
        return Words("", whole.text)
    return Words(top, whole.text.removeprefix(top).strip("\n") if whole.text.startswith(top) else "")
