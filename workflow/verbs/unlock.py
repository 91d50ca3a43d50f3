"""`unlock: why`: the closeout may be written again; for admins, with a reason."""

from workflow.locks import unlock_closeout
from workflow.trust import Trust
from workflow.verbs.base import Lines, Outcome, Verb, Work, after_colon


def _run(work: Work) -> Outcome:
    unlock_closeout(work.session, work.by, work.escalation, work.args["why"])
    return Outcome(
        f"The closeout of {work.number} is open again. Write `reopen: why` to begin a new version, or `lock`."
    )


VERB = Verb(
    name="unlock",
    usage="unlock: why",
    meaning="a locked closeout may be written again (admins)",
    parse=after_colon("why", needed="Unlocking needs a reason: `unlock: why`."),
    run=_run,
    trust=Trust.CONFIRMED,
    lines=Lines.WRAPPED,
    # `lock` does the same, and the audit has both.
    can_undo=False,
)
