"""`help`: every command with its meaning."""

from workflow.trust import Trust
from workflow.verbs.base import Outcome, Verb, Work, bare


def _run(work: Work) -> Outcome:
    known = (f"`{verb.usage}` - {verb.meaning}" for verb in work.verbs.values())
    return Outcome("\n".join(["Write commands at the very top of your answer, one per line.", *known]))


VERB = Verb(
    name="help",
    aliases=("commands",),
    usage="help",
    meaning="this list",
    parse=bare,
    run=_run,
    trust=Trust.WEAK,
    can_undo=False,
)
