"""`assign @name: why`: another of us becomes the owner; against the matrix only with a reason."""

import re
from typing import Any

from config.words import Role
from store.people import Person
from store.roster import AssignmentState
from store.visibility import may_see
from workflow.absence import cover_new_owner
from workflow.assignments import assignment_of
from workflow.dates import When
from workflow.errors import Refused
from workflow.overrides import hand_over, take_back
from workflow.participants import find_person
from workflow.trust import Trust
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work

_NAME = re.compile(r"@?([^\W\d_][\w.'+-]*(?:@[\w.-]+\w)?(?: [^\W\d_][\w.'-]*){0,3})")
# Bounded, because the reason may be as long as a mail.
_TARGET = re.compile(r"(?:to )?(@.{1,200}|\S{1,200}@\S{1,200})", re.IGNORECASE)
_WITH_REASON = re.compile(
    r"((?:to )?(?:@[^:\s]{1,99}(?: [^:\s]{1,99}){0,3}|[^:\s@]{1,99}@[^:\s]{1,99})) ?: ?(.*)", re.IGNORECASE | re.DOTALL
)
_ONE_WORD = re.compile(r"(?:to )?([A-Za-z][\w.-]{1,40})[.!]?", re.ASCII | re.IGNORECASE)


def _parse(rest: Rest, _when: When) -> Args | None:
    reasoned = None if rest.colon else _WITH_REASON.fullmatch(rest.text)
    said, why = (reasoned[1], reasoned[2].strip()) if reasoned else (rest.text, "")
    target = _TARGET.fullmatch(said)
    if target is None:
        if (word := _ONE_WORD.fullmatch(rest.text)) and word[1].lower() not in ("it", "this", "that", "me"):
            raise BadArgumentError(f"Did you mean `assign @{word[1].rstrip('.')}`?")
        return None
    name = _NAME.fullmatch(target[1].rstrip(".!"))
    if name is None:
        raise BadArgumentError("Write `assign` and one name: the handle, as in `assign @lena.vogt`, or the address.")
    return {"name": name[1], "why": why}


def _target(work: Work) -> Person:
    return find_person(work.session, work.args["name"])


def _trust_for(work: Work) -> Trust:
    # A hand-over out of the team lets somebody in who could not look in before.
    return Trust.ALIGNED if _inside(work, _target(work)) else Trust.CONFIRMED


def _inside(work: Work, person: Person) -> bool:
    same_team = person.team_id is not None and person.team_id == work.person.team_id
    return same_team and may_see(work.session, person.id, work.escalation.id)


def _run(work: Work) -> Outcome:
    person = _target(work)
    if work.person.role == Role.AGENT and not may_see(work.session, person.id, work.escalation.id):
        raise Refused(
            f"{person.name} may not see {work.number}, so you cannot hand it over; "
            "ask your manager to assign it, or bring them in with a note that names them."
        )
    why, matrix = work.args.get("why", ""), work.context.matrix
    before = hand_over(work.session, work.by, work.escalation, person.id, why, matrix)
    away = cover_new_owner(work.session, work.by, work.escalation, person, matrix)
    kept = " The matrix names others, so it stands on the list of overrides." if overridden(before, work) else ""
    return Outcome(f"{person.name} owns {work.number} now and has been told.{kept}{away}", before)


def overridden(before: dict[str, Any] | None, work: Work) -> bool:
    """Whether the hand-over that was just made goes against the matrix."""
    row = None if before is None else assignment_of(work.session, work.escalation.id)
    return row is not None and row.state == AssignmentState.OVERRIDDEN


def undo_hand_over(work: Work, before: dict[str, Any]) -> None:
    """Take the matrix's choice back to where it stood."""
    take_back(work.session, work.by, work.escalation, before)


VERB = Verb(
    name="assign",
    aliases=("reassign", "hand to"),
    usage="assign @name",
    meaning="make somebody the owner; `assign @name: why` where the matrix names another",
    parse=_parse,
    run=_run,
    trust_for=_trust_for,
    undo=undo_hand_over,
    lines=Lines.WRAPPED,
)
