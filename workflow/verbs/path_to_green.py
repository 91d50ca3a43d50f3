"""`path to green: text`: how it gets from where it stands to where the customer is content."""

from workflow.fields import set_text
from workflow.verbs.base import Lines, Outcome, Verb, Work, after_colon


def _run(work: Work) -> Outcome:
    set_text(work.session, work.by, work.escalation, "path_to_green", work.args["text"])
    return Outcome(f"The path to green of {work.number} is on the record.")


VERB = Verb(
    name="path to green",
    aliases=("get to green", "ptg"),
    usage="path to green: text",
    meaning="how the customer becomes content again",
    parse=after_colon("text", needed="Write it behind the colon: `path to green: weekly call until the fix is in`."),
    run=_run,
    lines=Lines.PARAGRAPH,
)
