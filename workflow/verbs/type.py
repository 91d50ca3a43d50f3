"""`type churn risk`: what kind of escalation it is, by the installation's own list."""

from workflow.fields import set_type
from workflow.verbs.base import Outcome, Verb, Work
from workflow.verbs.listed import listed


def _run(work: Work) -> Outcome:
    now = set_type(work.session, work.by, work.escalation, work.args["to"], work.context.fields)
    return Outcome(f"The type of {work.number} is {now} now.")


VERB = Verb(
    name="type",
    usage="type churn risk",
    meaning="what kind of escalation it is: help needed, churn risk, visibility or one of your own list",
    parse=listed(needed="Say which type: `type help needed`, `type churn risk`, or another of your list."),
    run=_run,
    everyday=True,
)
