"""`reopen: why`: it was not done after all."""

from dataclasses import replace

from config.words import State
from workflow.errors import Refused
from workflow.record import move_state
from workflow.states import say_state
from workflow.verbs.base import Lines, Outcome, Verb, Work, after_colon


def _run(work: Work) -> Outcome:
    esc = work.escalation
    if esc.state not in (State.RESOLVED, State.CLOSED):
        raise Refused(f"{work.number} is {say_state(esc.state)}, so there is nothing to reopen.")
    move_state(work.session, replace(work.by, reason=work.args["why"]), esc, State.OPEN)
    return Outcome(f"{work.number} is open again.")


VERB = Verb(
    name="reopen",
    aliases=("re-open", "reopened"),
    usage="reopen: why",
    meaning="it was not done after all",
    parse=after_colon("why", needed="Reopening needs a reason: `reopen: why`."),
    run=_run,
    lines=Lines.WRAPPED,
)
