"""`noise: why`: the alert was not worth the mail."""

from workflow.verbs.base import Lines, Outcome, Verb, Work, after_colon
from workflow.verbs.feedback import judge, take_back


def _run(work: Work) -> Outcome:
    before = judge(work, useful=False, why=work.args["why"])
    return Outcome("Thank you - it counts against the rules that raised this.", before)


VERB = Verb(
    name="noise",
    aliases=("false alarm",),
    usage="noise: why",
    meaning="this alert was not worth a mail",
    parse=after_colon("why", needed="Say why, so that the rules can be bettered: `noise: why`."),
    run=_run,
    undo=take_back,
    lines=Lines.WRAPPED,
)
