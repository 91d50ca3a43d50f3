"""`own`: whoever writes it becomes the owner."""

from workflow.record import set_owner
from workflow.verbs.base import Outcome, Verb, Work, bare


def _run(work: Work) -> Outcome:
    set_owner(work.session, work.by, work.escalation, work.person.id)
    return Outcome(f"You own {work.number} now.")


VERB = Verb(
    name="own",
    aliases=("mine", "take", "take it"),
    usage="own",
    meaning="you become its owner",
    parse=bare,
    run=_run,
)
