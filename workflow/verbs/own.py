"""`own`: whoever writes it becomes the owner."""

from store.people import Person
from workflow.errors import Refused
from workflow.overrides import hand_over
from workflow.verbs.assign import undo_hand_over
from workflow.verbs.base import Outcome, Verb, Work, bare


def _run(work: Work) -> Outcome:
    before = work.escalation.owner_id
    if before == work.person.id:
        raise Refused(f"You own {work.number} already; nothing changed.")
    kept = hand_over(
        work.session, work.by, work.escalation, work.person.id, "they took it themselves", work.context.matrix
    )
    if before is None:
        return Outcome(f"You own {work.number} now.", kept)
    return Outcome(f"You own {work.number} now; {work.session.get_one(Person, before).name} owned it before.", kept)


VERB = Verb(
    name="own",
    aliases=("take", "take it"),
    usage="own",
    meaning="you become its owner",
    parse=bare,
    run=_run,
    undo=undo_hand_over,
)
