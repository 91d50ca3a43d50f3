"""`internal impact: text`: what it cost us, for the closeout."""

from workflow.verbs.base import Lines, Outcome, Verb, Work, after_colon
from workflow.verbs.summary import keep


def _run(work: Work) -> Outcome:
    return keep(work, "internal_impact")


VERB = Verb(
    name="internal impact",
    aliases=("our impact",),
    usage="internal impact: text",
    meaning="what it cost us, for `close` (optional)",
    parse=after_colon("text", needed="Say what it cost us: `internal impact: text`."),
    run=_run,
    lines=Lines.PARAGRAPH,
)
