"""`discard n`: throws a draft to the customer away, or stops one that has not gone out yet."""

from typing import Any

from workflow.customer import numbered, restore, withdraw
from workflow.verbs.base import Outcome, Verb, Work
from workflow.verbs.send import number


def _run(work: Work) -> Outcome:
    mail = numbered(work.session, work.escalation, work.args["n"])
    withdraw(work.session, work.by, work.escalation, mail)
    return Outcome(f"Draft {mail.n} is discarded; it does not go out.", {"mail": mail.id})


def _undo(work: Work, before: dict[str, Any]) -> None:
    restore(work.session, work.by, work.escalation, before["mail"])


VERB = Verb(
    name="discard",
    usage="discard 1",
    meaning="throw draft 1 to the customer away",
    parse=number,
    run=_run,
    undo=_undo,
    everyday=True,
)
