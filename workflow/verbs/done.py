"""`done 3`: action item 3 is done."""

from config.recordwords import TaskState
from store.tasks import ActionItem
from workflow.actions import set_action_state
from workflow.verbs.base import Lines, Outcome, Verb, Work
from workflow.verbs.items import by_reason, change, numbered, undo


def _run(work: Work) -> Outcome:
    def finish(item: ActionItem) -> None:
        set_action_state(work.session, by_reason(work), work.escalation, item, TaskState.DONE)

    item, saved = change(work, finish)
    return Outcome(f"Action item {item.n} of {work.number} is done: {item.text[:200]}", saved)


VERB = Verb(
    name="done",
    usage="done 3",
    meaning="action item 3 is done",
    parse=numbered("done"),
    run=_run,
    undo=undo,
    lines=Lines.WRAPPED,
    everyday=True,
)
