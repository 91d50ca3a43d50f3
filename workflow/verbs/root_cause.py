"""`root cause: text`: why it happened, for the closeout."""

from workflow.verbs.base import Lines, Outcome, Verb, Work, after_colon
from workflow.verbs.summary import keep


def _run(work: Work) -> Outcome:
    return keep(work, "root_cause")


VERB = Verb(
    name="root cause",
    aliases=("rootcause", "cause"),
    usage="root cause: text",
    meaning="why it happened, for `close`",
    parse=after_colon("text", needed="Say why it happened: `root cause: text`."),
    run=_run,
    lines=Lines.PARAGRAPH,
)
