"""`back`: whoever writes it is no longer away."""

from workflow.absence import set_back
from workflow.verbs.base import Outcome, Verb, Work, bare


def _run(work: Work) -> Outcome:
    set_back(work.session, work.by, work.person)
    return Outcome("Welcome back. Mail comes to you again; who stood in for you leaves what you own.")


VERB = Verb(
    name="back",
    usage="back",
    meaning="you are back; ends `away`",
    parse=bare,
    run=_run,
    can_undo=False,
    everyday=True,
)
