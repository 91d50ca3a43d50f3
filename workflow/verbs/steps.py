"""`steps: text`: what has to happen until it is resolved."""

from workflow.fields import set_text
from workflow.verbs.base import Lines, Outcome, Verb, Work, after_colon


def _run(work: Work) -> Outcome:
    set_text(work.session, work.by, work.escalation, "steps_to_resolve", work.args["text"])
    return Outcome(f"The steps to resolve {work.number} are on the record.")


VERB = Verb(
    name="steps",
    aliases=("steps to resolve",),
    usage="steps: text",
    meaning="what has to happen until it is resolved",
    parse=after_colon("text", needed="Write the steps behind the colon: `steps: swap the pump, then test it`."),
    run=_run,
    lines=Lines.PARAGRAPH,
    everyday=True,
)
