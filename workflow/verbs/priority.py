"""`priority high`: how urgent it is for us."""

from config.words import Priority
from workflow.record import set_priority
from workflow.verbs.base import Outcome, Verb, Work, one_of

_LEVELS = {level.value: level.value for level in Priority} | {"med": "medium", "normal": "medium", "crit": "critical"}


def _run(work: Work) -> Outcome:
    before = work.escalation.priority
    set_priority(work.session, work.by, work.escalation, Priority(work.args["level"]))
    return Outcome(f"The priority of {work.number} is {work.args['level']} now; it was {before}.")


VERB = Verb(
    name="priority",
    aliases=("prio",),
    usage="priority high",
    meaning="low, medium, high or critical",
    parse=one_of("level", _LEVELS, needed="The priority is low, medium, high or critical: `priority high`."),
    run=_run,
)
