"""`useful`: the alert was worth the mail."""

from workflow.verbs.base import Outcome, Verb, Work, bare
from workflow.verbs.feedback import judge, take_back


def _run(work: Work) -> Outcome:
    before = judge(work, useful=True, why="")
    return Outcome("Good to hear - it counts for the rules that raised this.", before)


VERB = Verb(
    name="useful",
    aliases=("helpful",),
    usage="useful",
    meaning="this alert was worth a mail",
    parse=bare,
    run=_run,
    undo=take_back,
)
