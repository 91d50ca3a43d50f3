"""`drop 3: why`: action item 3 will not be done."""

from config.recordwords import TaskState
from store.tasks import ActionItem
from workflow.actions import set_action_state
from workflow.dates import When
from workflow.verbs.base import Args, BadArgumentError, Lines, Outcome, Rest, Verb, Work
from workflow.verbs.items import by_reason, change, numbered, undo

_read = numbered("drop")


def _parse(rest: Rest, when: When) -> Args | None:
    args = _read(rest, when)
    if args is not None and not args["why"]:
        raise BadArgumentError(f"Dropping an action item needs a reason: `drop {args['n']}: why`.")
    return args


def _run(work: Work) -> Outcome:
    def cancel(item: ActionItem) -> None:
        set_action_state(work.session, by_reason(work), work.escalation, item, TaskState.CANCELLED)

    item, saved = change(work, cancel)
    return Outcome(f"Action item {item.n} of {work.number} is dropped: {item.text[:200]}", saved)


VERB = Verb(
    name="drop",
    usage="drop 3: why",
    meaning="action item 3 will not be done",
    parse=_parse,
    run=_run,
    undo=undo,
    lines=Lines.WRAPPED,
    everyday=True,
)
