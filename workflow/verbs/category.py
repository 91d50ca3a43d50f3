"""`category services`: what it is about, by the installation's own list."""

from workflow.fields import set_category
from workflow.verbs.base import Outcome, Verb, Work
from workflow.verbs.listed import listed


def _run(work: Work) -> Outcome:
    now = set_category(work.session, work.by, work.escalation, work.args["to"], work.context.fields)
    return Outcome(f"The category of {work.number} is {now} now.")


VERB = Verb(
    name="category",
    usage="category services",
    meaning="what it is about: product, services, partnership, externalities or one of your own list",
    parse=listed(needed="Say which category: `category product`, `category services`, or another of your list."),
    run=_run,
    everyday=True,
)
