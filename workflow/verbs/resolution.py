"""`resolution: text`: what was done about it, for the closeout."""

from workflow.verbs.base import Lines, Outcome, Verb, Work, after_colon
from workflow.verbs.summary import keep


def _run(work: Work) -> Outcome:
    return keep(work, "resolution")


VERB = Verb(
    name="resolution",
    usage="resolution: text",
    meaning="what was done about it, for `close`",
    parse=after_colon("text", needed="Say what was done: `resolution: text`."),
    run=_run,
    lines=Lines.PARAGRAPH,
)
