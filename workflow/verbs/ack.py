"""`ack`: somebody has seen it and says so."""

from config.words import State
from workflow.errors import Refused
from workflow.record import move_state, set_owner
from workflow.states import say_state
from workflow.verbs.base import Outcome, Verb, Work, bare
from workflow.verbs.history import who_made_it


def _run(work: Work) -> Outcome:
    esc = work.escalation
    if esc.state != State.OPEN:
        raise Refused(f"{work.number} is {say_state(esc.state)} already{who_made_it(work)}; nothing changed.")
    move_state(work.session, work.by, esc, State.ACKNOWLEDGED)
    if esc.owner_id is None:
        set_owner(work.session, work.by, esc, work.person.id)
        return Outcome(f"Thank you - {work.number} is acknowledged, and as nobody owned it, it is yours.")
    return Outcome(f"Thank you - {work.number} is acknowledged.")


VERB = Verb(
    name="ack",
    aliases=("acknowledge", "acknowledged", "acked"),
    usage="ack",
    meaning="you have seen it",
    parse=bare,
    run=_run,
)
