"""Split a mail's text into what its writer wrote now, what is quoted or forwarded, and the signature."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NewText:
    """One mail's text, taken apart by whole lines; every field holds lines of the input unchanged.

    `text` is what the writer wrote in this mail, answers between quotes included, without quotes and signature.
    `signature` is the writer's signature block, empty when none was found.
    `quoted_from` is the index of the first line (0-based) that is quoted, or None.
    `forwarded` says that the mail passes on another one; when the writer added nothing of his own,
    `text` is then the forwarded content.
    """

    text: str
    signature: str = ""
    quoted_from: int | None = None
    forwarded: bool = False


def split_new_text(text: str) -> NewText:
    """Take `text` (lines end in \\n) apart in linear time."""
    return NewText(text)


def new_text(text: str) -> str:
    """Only what the writer wrote in this mail."""
    return split_new_text(text).text
