"""Keeps what is known so far of what `close` will need, for `root cause:` and its kin."""

from config.words import State
from workflow.comments import cut
from workflow.errors import Refused
from workflow.locks import check_unlocked
from workflow.record import set_summary
from workflow.verbs.base import Outcome, Work


def keep(work: Work, field: str) -> Outcome:
    """Put the text on the record as the draft of a part of the closeout."""
    esc = work.escalation
    check_unlocked(work.session, esc)
    if esc.state == State.CLOSED:
        raise Refused(f"{work.number} is closed and its closeout is written; `reopen: why` comes first.")
    set_summary(work.session, work.by, esc, field, cut(work.args["text"]))
    are, them = ("are", "them") if field == "lessons" else ("is", "it")
    return Outcome(f"The {field.replace('_', ' ')} of {work.number} {are} on the record; `close` will use {them}.")
