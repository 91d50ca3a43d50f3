"""What `done`, `doing`, `move` and `drop` have in common: they name an action item by its number and can be undone."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from store.tasks import ActionItem
from workflow.actions import item_of, kept, restore_action
from workflow.change import By
from workflow.dates import When
from workflow.verbs.base import Args, BadArgumentError, Rest, Work

NUMBER = re.compile(r"(?:(?:action |action item |item )?#?)(\d{1,4})", re.ASCII | re.IGNORECASE)


def numbered(word: str) -> Callable[[Rest, When], Args | None]:
    """`done 3`, or `done 3: how it went`; everything else is a sentence, but for a number with more behind it."""

    def parse(rest: Rest, _when: When) -> Args | None:
        match = NUMBER.match(rest.text)
        if match is None:
            return None
        behind = rest.text[match.end() :].strip()
        if behind in ("", ".", "!"):
            return {"n": int(match[1]), "why": ""}
        if behind.startswith(":") and behind[1:].strip():
            return {"n": int(match[1]), "why": behind[1:].strip()}
        if behind[0] in ",;&" or behind.startswith("and "):
            raise BadArgumentError(f"One item a line, please: `{word} {match[1]}`.")
        return None

    return parse


def change(work: Work, action: Callable[[ActionItem], None]) -> tuple[ActionItem, dict[str, Any]]:
    """Change the item that the command names; the item, and what an undo needs."""
    item = item_of(work.session, work.escalation, work.args["n"])
    before = kept(item)
    action(item)
    return item, {"item": item.id, "before": before, "after": kept(item)}


def by_reason(work: Work) -> By:
    """Who changes the item, with what stands behind the colon as the reason."""
    return replace(work.by, reason=work.args["why"] or None)


def undo(work: Work, saved: dict[str, Any]) -> None:
    """Put the item back as it was."""
    restore_action(work.session, work.by, work.escalation, saved)
