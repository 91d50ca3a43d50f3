"""`action: @name by DATE: text`: one of us will do something by a day."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from config.recordwords import ActionSource, TaskState
from config.words import Channel
from workflow.actions import NewItem, add_action, item_of, kept, set_action_state
from workflow.anchornames import need_name, read_name
from workflow.anchors import find_anchor
from workflow.dates import When, parse_date
from workflow.errors import Refused
from workflow.participants import find_person
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work

_NAME = re.compile(r"@([^\W\d_][\w.'’+-]*(?:@[\w.-]+\w)?(?: [^\W\d_][\w.'’-]*){0,3})")
_UNDER = re.compile(r"\s(?:for|under|on)\s+((?:lead|deal|project|task)\b.*)", re.IGNORECASE)
_LONGEST_HEAD = 160
_NEEDED = "Write who, by when and what: `action: @bob by Friday: send the report`."


def _parse(rest: Rest, when: When) -> Args | None:
    if not rest.colon:
        return None
    if not rest.text.startswith("@"):
        raise BadArgumentError(_NEEDED)
    # The colon of "17:30" or of "task:T-7" does not part head and text: the first with a head before it does.
    for colon in re.finditer(":", rest.text[:_LONGEST_HEAD]):
        head = _head(rest.text[: colon.start()].strip(), when)
        text = rest.text[colon.end() :].strip()
        if head is not None and text:
            return head | {"text": text}
    raise BadArgumentError(_NEEDED)


def _head(text: str, when: When) -> Args | None:
    """`@bob by Friday for task T-7`; the day and what it is for may be left out."""
    under = _UNDER.search(text)
    link = None if under is None else under[1].strip()
    if link is not None and read_name(link) is None:
        return None
    name, by, date = (text if under is None else text[: under.start()]).partition(" by ")
    due = parse_date(date, when) if by else None
    match = _NAME.fullmatch(name.strip())
    if match is None or (by and due is None):
        return None
    if due is not None and due <= when.now:
        raise BadArgumentError("That day is over already; an action item needs one still to come.")
    return {"name": match[1], "due": None if due is None else due.isoformat(), "link": link}


def _source(work: Work) -> ActionSource:
    if "source" in work.args:
        return ActionSource(work.args["source"])
    return ActionSource.MAIL if work.by.channel == Channel.MAIL else ActionSource.HAND


def _run(work: Work) -> Outcome:
    person = find_person(work.session, work.args["name"])
    due = None if work.args["due"] is None else datetime.fromisoformat(work.args["due"])
    link = work.args["link"]
    anchor = None if link is None else find_anchor(work.session, work.by.person_id, need_name(link))
    anchor_id = None if anchor is None else anchor.id
    new = NewItem(work.args["text"], person.id, due, _source(work), anchor_id)
    item = add_action(work.session, work.by, work.escalation, new)
    who = "you" if person.id == work.by.person_id else person.name
    by = "no day is set" if due is None else f"by {work.says(due)}"
    return Outcome(
        f"Action item {item.n} of {work.number} is for {who}, {by}: {item.text[:200]}",
        {"item": item.id, "n": item.n, "after": kept(item)},
    )


def _undo(work: Work, before: dict[str, Any]) -> None:
    # It is dropped and not deleted: its assignee may have been told of it.
    item = item_of(work.session, work.escalation, before["n"])
    if kept(item) != before["after"]:
        raise Refused("That action item was changed since, so I left everything as it is.")
    taken_back = replace(work.by, reason="taken back")
    set_action_state(work.session, taken_back, work.escalation, item, TaskState.CANCELLED)


VERB = Verb(
    name="action",
    aliases=("action item", "todo"),
    usage="action: @name by DATE: text",
    meaning="what somebody will do by a day; they are told",
    parse=_parse,
    run=_run,
    undo=_undo,
    lines=Lines.WRAPPED,
    everyday=True,
)
