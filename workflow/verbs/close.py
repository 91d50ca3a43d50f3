"""`close`, with `root cause:` and `resolution:` below it: the escalation is done for good."""

from config.words import State
from workflow.closeout import Post
from workflow.dates import When
from workflow.errors import Refused
from workflow.record import close
from workflow.trust import Trust
from workflow.verbs.base import Args, Outcome, Rest, Verb, Work, bare
from workflow.verbs.history import who_made_it


def _parse(rest: Rest, when: When) -> Args | None:
    return None if bare(rest, when) is None else {"root_cause": None, "resolution": None}


def _run(work: Work) -> Outcome:
    if work.escalation.state == State.CLOSED:
        raise Refused(f"{work.number} is closed already{who_made_it(work)}; nothing changed.")
    post = Post(work.args["root_cause"], work.args["resolution"])
    close(work.session, work.by, work.escalation, post)
    return Outcome(f"{work.number} is closed, with its root cause and resolution on the record. Well done.")


VERB = Verb(
    name="close",
    aliases=("closed",),
    usage="close",
    meaning="done for good; needs a `root cause:` and a `resolution:` below it",
    parse=_parse,
    run=_run,
    trust=Trust.CONFIRMED,
)
