"""`milestone 40: text by Friday`: a step of the action plan, with its share of the whole in percent."""

import re
from datetime import datetime
from typing import Any

from workflow.dates import When, parse_date
from workflow.plan import (
    WHOLE,
    Wanted,
    add_milestone,
    change_milestone,
    give_actions,
    milestones_of,
    put_back,
    take_actions_back,
    to_json,
)
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work

_STEP = re.compile(r"(?:m(\d{1,3}))?\s*(?:(\d{1,3})\s?%?)?\s*:\s*(\S.*)", re.ASCII | re.IGNORECASE | re.DOTALL)
_NEEDED = "Say how much of the plan it is, in percent, and what: `milestone 40: new firmware on site by Friday`."


_ACTIONS = re.compile(
    r"m(\d{1,3}) actions? (\d{1,4}(?:(?:\s*,\s*|\s+and\s+)\d{1,4}){0,19})[.!]?", re.ASCII | re.IGNORECASE
)


def _parse(rest: Rest, when: When) -> Args | None:
    if rest.colon:
        raise BadArgumentError(_NEEDED)
    if actions := _ACTIONS.fullmatch(rest.text):
        return {"n": int(actions[1]), "actions": [int(each) for each in re.findall(r"\d+", actions[2])]}
    match = _STEP.fullmatch(rest.text)
    if match is None or (match[1] is None and match[2] is None):
        return None
    text, due = dated(match[3], when)
    n, share = (None if each is None else int(each) for each in match.group(1, 2))
    return {"n": n, "share": share, "text": text, "due": None if due is None else due.isoformat()}


def dated(text: str, when: When) -> tuple[str, datetime | None]:
    """The text without the `by DATE` at its end, and the date; a `by` without a date belongs to the text."""
    before, by, date = text.rpartition(" by ")
    due = parse_date(date, when) if by else None
    return (text, None) if due is None else (before.strip(), due)


def _run(work: Work) -> Outcome:
    args = work.args
    if "actions" in args:
        given = give_actions(work.session, work.by, work.escalation, args["n"], args["actions"])
        return Outcome(f"Milestone {args['n']} has the action items {', '.join(map(str, args['actions']))} now.", given)
    due = None if args["due"] is None else datetime.fromisoformat(args["due"])
    wanted = Wanted(args["share"], args["text"], due)
    if args["n"] is not None:
        before = change_milestone(work.session, work.by, work.escalation, args["n"], wanted)
        return Outcome(f"Milestone {args['n']} of {work.number} is changed. {_planned(work)}", before)
    made = add_milestone(work.session, work.by, work.escalation, wanted)
    by = f", by {work.says(due)}" if due is not None else ". A day at its end, like `by Friday`, would be shown with it"
    said = f"Milestone {made.n} of {work.number}: {made.text} ({made.share}% of the plan){by}."
    return Outcome(f"{said} {_planned(work)}", {"id": made.id, "after": to_json(made)})


def _planned(work: Work) -> str:
    share = sum(row.share for row in milestones_of(work.session, work.escalation))
    return f"The plan covers {share}% now." if share < WHOLE else "The plan is whole."


def _undo(work: Work, before: dict[str, Any]) -> None:
    if "actions" in before:
        take_actions_back(work.session, work.by, work.escalation, before)
    else:
        put_back(work.session, work.by, work.escalation, before)


VERB = Verb(
    name="milestone",
    usage="milestone 40: text by DATE",
    meaning="a step of the action plan and its share in percent; `milestone m2 30: text` changes one",
    parse=_parse,
    run=_run,
    undo=_undo,
    lines=Lines.WRAPPED,
)
