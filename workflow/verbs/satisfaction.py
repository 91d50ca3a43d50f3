"""`satisfaction`: a draft that asks the customer how content they are, 1 to 5."""

from config.recordwords import CustomerMailKind
from config.words import State
from workflow.errors import Refused
from workflow.verbs.base import Outcome, Verb, Work, bare
from workflow.verbs.update import drafted, undo_draft


def _run(work: Work) -> Outcome:
    if work.escalation.state not in (State.RESOLVED, State.CLOSED):
        raise Refused(f"{work.number} is not resolved yet; the customer is asked afterwards.")
    return drafted(work, CustomerMailKind.SATISFACTION, None)


VERB = Verb(
    name="satisfaction",
    usage="satisfaction",
    meaning="a draft that asks the customer how content they are, to be answered 1 to 5",
    parse=bare,
    run=_run,
    undo=undo_draft,
    everyday=True,
)
