"""`category services`: what it is about, by the installation's own list."""

from workflow.assignments import category_changed, choice_now
from workflow.fields import set_category
from workflow.roster import Roster
from workflow.verbs.accept import undo_choice
from workflow.verbs.base import Outcome, Verb, Work
from workflow.verbs.listed import listed


def _run(work: Work) -> Outcome:
    before = choice_now(work.session, work.escalation)
    now = set_category(work.session, work.by, work.escalation, work.args["to"], work.context.fields)
    roster = Roster(work.session, work.context.matrix, work.by.now)
    handed = category_changed(work.session, work.by, work.escalation, roster)
    return Outcome(" ".join(filter(None, (f"The category of {work.number} is {now} now.", handed))), before)


VERB = Verb(
    name="category",
    usage="category services",
    meaning="what it is about: product, services, partnership, externalities or one of your own list",
    parse=listed(needed="Say which category: `category product`, `category services`, or another of your list."),
    run=_run,
    undo=undo_choice,
    everyday=True,
)
