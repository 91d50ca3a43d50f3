"""Reads how people name an anchor: `deal D-7`, `deal:D-7`."""

import re

from config.recordwords import AnchorKind
from workflow.anchors import Name
from workflow.errors import Refused

ID = re.compile(r"[^\s,;]{1,100}")
"""An id in another system; what parts the cells of a file cannot stand in it."""
_KINDS = "|".join(AnchorKind)
_NAME = re.compile(rf"({_KINDS})(?:[ \t]*:[ \t]*|[ \t]+)#?({ID.pattern})", re.IGNORECASE)


def read_name(text: str) -> Name | None:
    """The name a text is, to its last character; None when it is anything else."""
    match = _NAME.fullmatch(text.strip())
    if match is None:
        return None
    return Name(AnchorKind(match[1].lower()), match[2].rstrip(".!") or match[2])


def need_name(text: str) -> Name:
    """The name a text is.

    Raises:
        Refused: it is none; the sentence shows one.

    """
    name = read_name(text)
    if name is None:
        kinds = ", ".join(kind.value for kind in AnchorKind)
        raise Refused(f'"{text[:80]}" names nothing: write a kind ({kinds}) and its id, as in deal:D-7.')
    return name
