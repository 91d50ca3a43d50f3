"""`doing 3`: work on action item 3 has begun, or begins again."""

from config.recordwords import TaskState
from store.tasks import ActionItem
from workflow.actions import set_action_state
from workflow.verbs.base import Outcome, Verb, Work
from workflow.verbs.items import by_reason, change, numbered, undo


def _run(work: Work) -> Outcome:
    def begin(item: ActionItem) -> None:
        set_action_state(work.session, by_reason(work), work.escalation, item, TaskState.IN_PROGRESS)

    item, saved = change(work, begin)
    return Outcome(f"Action item {item.n} of {work.number} is in progress: {item.text[:200]}", saved)


VERB = Verb(
    name="doing",
    usage="doing 3",
    meaning="work on action item 3 has begun",
    parse=numbered("doing"),
    run=_run,
    undo=undo,
    everyday=True,
)
