"""`mine`: the writer's own action items, on whatever escalation; changes nothing."""

from workflow.actionlist import ItemRow, Wanted, list_actions
from workflow.trust import Trust
from workflow.verbs.base import Outcome, Verb, Work, bare

SHOWN = 15


def _line(work: Work, row: ItemRow) -> str:
    when = "no day" if row.due_at is None else work.says(row.due_at)
    late = ", overdue" if row.overdue else ""
    started = ", in progress" if row.state == "in_progress" else ""
    about = f" {row.account}" if row.account else ""
    return f"{row.number}{about}, item {row.n} ({when}{late}{started}): {row.text[:160]}"


def _run(work: Work) -> Outcome:
    person = work.person
    rows = list_actions(work.session, person, work.by.now, Wanted(assignee_id=person.id))
    if not rows:
        return Outcome("You have no action item to do.")
    lines = [_line(work, row) for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        lines.append(f"and {len(rows) - SHOWN} more: smokewatch actions --mine shows them")
    number = "1 action item" if len(rows) == 1 else f"{len(rows)} action items"
    return Outcome(
        "\n".join([f"You have {number} to do. To report one done, answer a mail about its escalation.", *lines])
    )


VERB = Verb(
    name="mine",
    aliases=("my actions", "my action items"),
    usage="mine",
    meaning="your own action items, on whatever escalation",
    parse=bare,
    run=_run,
    trust=Trust.WEAK,
    can_undo=False,
    everyday=True,
)
