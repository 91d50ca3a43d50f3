"""`lessons: text`: what we will do differently, for the closeout."""

from workflow.verbs.base import Lines, Outcome, Verb, Work, after_colon
from workflow.verbs.summary import keep


def _run(work: Work) -> Outcome:
    return keep(work, "lessons")


VERB = Verb(
    name="lessons",
    aliases=("lesson", "lessons learned", "lesson learned", "lessons learnt"),
    usage="lessons: text",
    meaning="what we will do differently, for `close` (optional)",
    parse=after_colon("text", needed="Say what we will do differently: `lessons: text`."),
    run=_run,
    lines=Lines.PARAGRAPH,
    everyday=True,
)
