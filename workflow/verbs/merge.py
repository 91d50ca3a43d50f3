"""`merge ESC-7`: another escalation becomes part of this one."""

import re
from typing import Any

from store.record import Escalation
from store.visibility import may_see
from workflow.dates import When
from workflow.errors import NotFound, Refused
from workflow.joining import Moved, merge, unmerge
from workflow.record import lock
from workflow.trust import Trust
from workflow.verbs.base import Args, BadArgumentError, Outcome, Rest, Verb, Work

_NUMBER = re.compile(
    r"\[?(?:ESC-|#)?(\d{1,9})\]?(?: (?:in)?to (?:this(?: one)?|\[?ESC-(\d{1,9})\]?))?[.!]?", re.ASCII | re.IGNORECASE
)


def _parse(rest: Rest, _when: When) -> Args | None:
    match = _NUMBER.fullmatch(rest.text)
    if match is not None:
        return {"number": int(match[1]), "into": None if match[2] is None else int(match[2])}
    if not rest.text:
        raise BadArgumentError("Say which one is to become part of this one: `merge ESC-7`.")
    return None


def _other(work: Work) -> Escalation:
    number, into = work.args["number"], work.args["into"]
    if into not in (None, work.escalation.id):
        raise Refused(f"You answered a mail about {work.number}; answer one about ESC-{into} to merge into that.")
    if work.by.person_id is not None and not may_see(work.session, work.by.person_id, number):
        raise NotFound(f"There is no escalation ESC-{number} that you may see.")
    return lock(work.session, number)


def _run(work: Work) -> Outcome:
    moved = merge(work.session, work.by, _other(work), work.escalation)
    count = len(moved.conversation_ids)
    mail = "1 conversation" if count == 1 else f"{count} conversations"
    sentence = f"ESC-{moved.escalation_id} is part of {work.number} now; {mail} and everybody on it came along."
    return Outcome(sentence, moved.to_json())


def _undo(work: Work, before: dict[str, Any]) -> None:
    unmerge(work.session, work.by, work.escalation, Moved.from_json(before))


VERB = Verb(
    name="merge",
    usage="merge ESC-7",
    meaning="make another escalation part of this one",
    parse=_parse,
    run=_run,
    trust=Trust.CONFIRMED,
    undo=_undo,
)
