"""`split`: the newest conversation, or that of a named message, gets an escalation of its own."""

import re
from typing import Any

from workflow.dates import When
from workflow.joining import Moved, merge, split
from workflow.record import lock
from workflow.verbs.base import Args, Outcome, Rest, Verb, Work, bare

_MESSAGE = re.compile(r"(?:off )?(?:message |#)(\d{1,15})[.!]?", re.ASCII | re.IGNORECASE)


def _parse(rest: Rest, when: When) -> Args | None:
    match = _MESSAGE.fullmatch(rest.text)
    if match is not None:
        return {"message": int(match[1])}
    return None if bare(rest, when) is None else {"message": None}


def _run(work: Work) -> Outcome:
    moved = split(work.session, work.by, work.escalation, work.args["message"])
    sentence = f"ESC-{moved.escalation_id} is a new escalation with the conversation that left {work.number}."
    return Outcome(sentence, moved.to_json())


def _undo(work: Work, before: dict[str, Any]) -> None:
    merge(work.session, work.by, lock(work.session, Moved.from_json(before).escalation_id), work.escalation)


VERB = Verb(
    name="split",
    aliases=("split off",),
    usage="split",
    meaning="the newest conversation gets an escalation of its own",
    parse=_parse,
    run=_run,
    undo=_undo,
)
