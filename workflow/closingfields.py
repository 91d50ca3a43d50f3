"""Reads the parts of a closeout in a reply: their spellings, the prompts of the form, and what goes with a `close`."""

import re
from collections.abc import Sequence
from dataclasses import replace

from store.record import Escalation
from workflow.closeout import Post, missing_in
from workflow.commands import Command
from workflow.verbs import VERBS

FIELDS = {
    "root cause": "root_cause",
    "resolution": "resolution",
    "customer impact": "customer_impact",
    "internal impact": "internal_impact",
    "lessons": "lessons",
}
"""Commands that are parts of the closeout when a `close` stands in the same block, and the names of the parts."""

_SPELLED = "|".join(re.escape(word) for name in FIELDS for word in (name, *VERBS[name].aliases))
FIELD = re.compile(rf"(?:[-*•][ \t]*)?(?:{_SPELLED})[ \t]*:", re.IGNORECASE | re.ASCII)
"""A line that begins a part."""
INLINE = re.compile(rf"(close)[,:]?[ \t]+((?:{_SPELLED})[ \t]*:.*)", re.IGNORECASE | re.DOTALL)
"""`close root cause: ...` on one line."""

_PROMPT = re.compile(r"\[[^\[\]]{12,400}\?\]")
"""A question in square brackets, which a mail program may have wrapped: the form asks so, and it is no answer."""

_SHOWN = 100
"""Characters of a draft that the answer repeats."""

_CLOSES = frozenset({"close", *FIELDS})
"""Commands of a closeout: an action item in the same reply comes out of it."""


def without_prompts(text: str) -> str:
    """The text without the form's questions."""
    return _PROMPT.sub("", text).strip()


def has_prompt(text: str) -> bool:
    """Whether one of the form's questions was left in the text."""
    return _PROMPT.search(text) is not None


def with_fields(commands: list[Command]) -> list[Command]:
    """Let `close` have the parts of its block, and action items the closeout as their source.

    Without a `close` the parts stand alone, as drafts.
    """
    verbs = {command.verb for command in commands}
    if verbs & _CLOSES:
        commands = [replace(c, args=c.args | {"source": "closeout"}) if c.verb == "action" else c for c in commands]
    if "close" not in verbs:
        return commands
    parts = {FIELDS[c.verb]: c.args["text"] for c in commands if c.verb in FIELDS}
    rest = [command for command in commands if command.verb not in FIELDS]
    return [replace(c, args=c.args | parts) if c.verb == "close" else c for c in rest]


def apart(esc: Escalation, commands: Sequence[Command]) -> list[Command]:
    """Take a `close` that lacks something apart again, so that what was written is kept as drafts meanwhile."""
    found: list[Command] = []
    # The text of a `resolve` in the same mail will be the resolution.
    texts = [c.args["text"] for c in commands if c.verb == "resolve" and c.args.get("text")]
    resolved = {"resolution": texts[-1]} if texts else {}
    for command in commands:
        given = given_in(command)
        if not given or not missing_in(esc, Post(**(resolved | given))):
            found.append(command)
            continue
        drafts = ((name, given[part]) for name, part in FIELDS.items() if part in given)
        found += [Command(name, f"{name}: {text[:_SHOWN]}", {"text": text}, at=command.at) for name, text in drafts]
        found.append(replace(command, args={}))
    return found


def given_in(command: Command) -> dict[str, str]:
    """The parts that a `close` carries, by name; empty for every other command."""
    if command.verb != "close":
        return {}
    return {part: command.args[part] for part in FIELDS.values() if command.args.get(part)}
