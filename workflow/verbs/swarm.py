"""`swarm`: many teams work on it by plan, so that their number is no sign of trouble."""

from workflow.handovers import look_again
from workflow.record import set_swarming
from workflow.verbs.base import Outcome, Verb, Work, one_of

_WORDS = {"": True, "on": True, "yes": True, "off": False, "no": False, "end": False, "over": False}


def _run(work: Work) -> Outcome:
    planned = work.args["planned"]
    set_swarming(work.session, work.by, work.escalation, planned=planned)
    look_again(work.session, work.escalation, work.by.now)
    if planned:
        return Outcome(f"Several teams work on {work.number} by plan; I no longer count them as a warning.")
    return Outcome(f"I count the teams that work on {work.number} again.")


VERB = Verb(
    name="swarm",
    aliases=("swarming",),
    usage="swarm on",
    meaning="several teams work on it by plan, so their number is no warning; `swarm off` ends it",
    parse=one_of("planned", _WORDS, needed="Write `swarm on`, or `swarm off` when the joint work is over."),
    run=_run,
)
