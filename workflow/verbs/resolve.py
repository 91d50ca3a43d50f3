"""`resolve: text`: the customer's problem is solved; the text is kept as the resolution."""

from config.words import State
from workflow.dates import When
from workflow.errors import Refused
from workflow.record import move_state, set_summary
from workflow.states import say_state
from workflow.trust import Trust
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work, bare, is_negated
from workflow.verbs.history import who_made_it


def _parse(rest: Rest, when: When) -> Args | None:
    if is_negated(rest.text):
        if rest.colon:
            raise BadArgumentError("That reads as if it should not be resolved, so I left it as it is.")
        return None
    if rest.colon and rest.text:
        return {"text": rest.text}
    return None if bare(rest, when) is None else {"text": None}


def _run(work: Work) -> Outcome:
    esc = work.escalation
    if esc.state in (State.RESOLVED, State.CLOSED):
        raise Refused(f"{work.number} is {say_state(esc.state)} already{who_made_it(work)}; nothing changed.")
    text = work.args["text"]
    if text is not None and text != esc.resolution:
        set_summary(work.session, work.by, esc, "resolution", text)
    move_state(work.session, work.by, esc, State.RESOLVED)
    return Outcome(f"{work.number} is resolved. Write `close` with a `root cause:` when it is done for good.")


VERB = Verb(
    name="resolve",
    aliases=("resolved",),
    usage="resolve: text",
    meaning="the problem is solved; the text is the resolution",
    parse=_parse,
    run=_run,
    trust=Trust.CONFIRMED,
    lines=Lines.PARAGRAPH,
)
