"""`draft daily` or `draft weekly`: a status text composed from the record, for the owner to send on."""

from workflow.drafts import compose_draft
from workflow.trust import Trust
from workflow.verbs.base import Outcome, Verb, Work, one_of


def _run(work: Work) -> Outcome:
    kind = work.args["kind"]
    page = compose_draft(work.session, work.by, work.escalation, kind, work.context)
    said = f"The {kind} draft is below. It went to nobody but you: change what you like and send it on."
    return Outcome(said, page=page)


VERB = Verb(
    name="draft",
    usage="draft daily",
    meaning="a daily or weekly status from the record, for you to send on",
    parse=one_of(
        "kind",
        {"daily": "daily", "weekly": "weekly", "day": "daily", "week": "weekly"},
        needed="There are two drafts: `draft daily` and `draft weekly`.",
    ),
    run=_run,
    trust=Trust.WEAK,
    can_undo=False,
    everyday=True,
)
