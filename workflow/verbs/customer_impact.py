"""`customer impact: text`: what it cost the customer, for the closeout."""

from workflow.verbs.base import Lines, Outcome, Verb, Work, after_colon
from workflow.verbs.summary import keep


def _run(work: Work) -> Outcome:
    return keep(work, "customer_impact")


VERB = Verb(
    name="customer impact",
    aliases=("client impact",),
    usage="customer impact: text",
    meaning="what it cost the customer, for `close` (optional)",
    parse=after_colon("text", needed="Say what it cost the customer: `customer impact: text`."),
    run=_run,
    lines=Lines.PARAGRAPH,
)
