"""`close`, with `root cause:`, `resolution:` and the optional parts below it: the escalation is done for good."""

from config.words import State
from workflow.asking import ask_after_close
from workflow.closeout import PARTS, Post
from workflow.closingduties import say, settle_for_close
from workflow.dates import When
from workflow.errors import Refused
from workflow.locks import check_unlocked
from workflow.record import close
from workflow.trust import Trust
from workflow.verbs.base import Args, Outcome, Rest, Verb, Work, bare
from workflow.verbs.history import who_made_it


def _parse(rest: Rest, when: When) -> Args | None:
    return None if bare(rest, when) is None else {}


def _run(work: Work) -> Outcome:
    check_unlocked(work.session, work.escalation)
    if work.escalation.state == State.CLOSED:
        raise Refused(f"{work.number} is closed already{who_made_it(work)}; nothing changed.")
    post = Post(**{part: work.args.get(part) for part in PARTS})
    made = close(work.session, work.by, work.escalation, post)
    left = settle_for_close(work.session, work.by, work.escalation, work.context)
    asked = f" Left undone of what the playbook asks for at the close: {say(left)}." if left else ""
    question = ask_after_close(work.session, work.by, work.escalation, work.context)
    said = f"{work.number} is closed; its closeout is version {made.version}. Well done.{asked} {question}"
    return Outcome(said.rstrip())


VERB = Verb(
    name="close",
    aliases=("closed",),
    usage="close",
    meaning="done for good; needs a `root cause:` and a `resolution:` below it",
    parse=_parse,
    run=_run,
    trust=Trust.CONFIRMED,
)
