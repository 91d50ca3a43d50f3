"""`queues`: how much waits in each queue, as far as the writer may see; changes nothing."""

from store.queues import QueueRow
from workflow.pages import page
from workflow.queues import Asked, queue_counts
from workflow.trust import Trust
from workflow.verbs.base import Outcome, Verb, Work, bare


def row_line(work: Work, row: QueueRow) -> str:
    """`ESC-7 Norvik: Pump stands (risk high, since Fri 8 May 2026 17:00 CEST)`."""
    about = f" {row.about}" if row.about and row.about != row.ref else ""
    since = f", since {work.says(row.since)}" if row.since is not None and row.since <= work.by.now else ""
    due = f", due {work.says(row.since)}" if row.since is not None and row.since > work.by.now else ""
    return f"{row.ref}{about}: {row.title[:120]} ({row.note[:160]}{since}{due})"


def _run(work: Work) -> Outcome:
    counts = queue_counts(work.session, Asked(work.person, work.by.now, work.context.policy))
    if not counts:
        return Outcome("Nothing waits in any queue that you may see.")
    lines = [f"{each.name}: {each.count} {each.title}; first {row_line(work, each.worst)}" for each in counts]
    shown = page([("What waits", lines)])
    return Outcome(f"For one of them as a list, answer `queue {counts[0].name}`.", page=shown)


VERB = Verb(
    name="queues",
    usage="queues",
    meaning="how much waits, queue by queue",
    parse=bare,
    run=_run,
    trust=Trust.WEAK,
    can_undo=False,
    everyday=True,
)
