"""`start`: work on it has begun."""

from config.words import State
from workflow.errors import Refused
from workflow.record import move_state
from workflow.states import say_state
from workflow.verbs.base import Outcome, Verb, Work, bare
from workflow.verbs.history import who_made_it


def _run(work: Work) -> Outcome:
    esc = work.escalation
    if esc.state not in (State.OPEN, State.ACKNOWLEDGED):
        raise Refused(f"{work.number} is {say_state(esc.state)} already{who_made_it(work)}; nothing changed.")
    # Whoever starts has seen it: the step in between is made, and written down, too.
    if esc.state == State.OPEN:
        move_state(work.session, work.by, esc, State.ACKNOWLEDGED)
    move_state(work.session, work.by, esc, State.IN_PROGRESS)
    return Outcome(f"{work.number} is in progress now.")


VERB = Verb(
    name="start",
    aliases=("started", "begin", "in progress"),
    usage="start",
    meaning="work on it has begun",
    parse=bare,
    run=_run,
)
