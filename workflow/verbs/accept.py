"""`accept`: the one whom the matrix proposed shall have it."""

from typing import Any

from workflow.assignments import accept, choice_now, restore_choice
from workflow.verbs.base import Outcome, Verb, Work, bare


def _run(work: Work) -> Outcome:
    before = choice_now(work.session, work.escalation)
    person = accept(work.session, work.by, work.escalation)
    return Outcome(f"{person.name} owns {work.number} now and has been told.", before)


def undo_choice(work: Work, before: dict[str, Any]) -> None:
    """Let the choice before count again."""
    restore_choice(work.session, work.escalation, before)


VERB = Verb(
    name="accept",
    usage="accept",
    meaning="yes, whom the matrix proposed shall own it; `assign @name: why` names another",
    parse=bare,
    run=_run,
    undo=undo_choice,
    everyday=True,
)
