"""`lock`: the closeout of a closed escalation stays as it is; for admins."""

from workflow.locks import lock_closeout
from workflow.verbs.base import Outcome, Verb, Work, bare


def _run(work: Work) -> Outcome:
    lock_closeout(work.session, work.by, work.escalation)
    return Outcome(
        f"The closeout of {work.number} is locked: it, its sign-off and its action items stay as they are until an "
        "admin writes `unlock: why`."
    )


VERB = Verb(
    name="lock",
    usage="lock",
    meaning="the closeout and its action items stay as they are (admins)",
    parse=bare,
    run=_run,
    # Taken back it would be an unlocking without a reason.
    can_undo=False,
)
