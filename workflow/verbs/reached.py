"""`reached 1`, or `reached 1: 50%`: how far a milestone of the action plan has come."""

import re
from typing import Any

from workflow.dates import When
from workflow.plan import WHOLE, milestones_of, progress, put_back, reach_milestone
from workflow.verbs.base import Args, BadArgumentError, Outcome, Rest, Verb, Work

_REACHED = re.compile(r"(?:milestone )?m?(\d{1,3})(?:\s*:?\s*(\d{1,3})\s?%)?[.!]?", re.ASCII | re.IGNORECASE)


def _parse(rest: Rest, _when: When) -> Args | None:
    match = _REACHED.fullmatch(rest.text)
    if match is not None:
        return {"n": int(match[1]), "percent": WHOLE if match[2] is None else int(match[2])}
    if rest.colon or re.match(r"m?\d+\s*:", rest.text):
        raise BadArgumentError("Say which milestone, and how far in percent if it is not done: `reached 1: 50%`.")
    return None


def _run(work: Work) -> Outcome:
    n, percent = work.args["n"], work.args["percent"]
    before = reach_milestone(work.session, work.by, work.escalation, n, percent)
    rows = milestones_of(work.session, work.escalation)
    how = "is reached" if percent == WHOLE else f"stands at {percent}%"
    return Outcome(f"Milestone {n} ({before['text']}) {how}; {progress(rows)}% of the plan is done.", before)


def _undo(work: Work, before: dict[str, Any]) -> None:
    put_back(work.session, work.by, work.escalation, before)


VERB = Verb(
    name="reached",
    usage="reached 1: 50%",
    meaning="a milestone is reached, or how far it has come",
    parse=_parse,
    run=_run,
    undo=_undo,
    everyday=True,
)
