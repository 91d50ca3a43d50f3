"""`queue NAME`: what waits in one queue, as far as the writer may see; changes nothing."""

from workflow.pages import few, page
from workflow.queues import QUEUES, Asked, queue_named
from workflow.trust import Trust
from workflow.verbs.base import Outcome, Verb, Work, one_of
from workflow.verbs.queues import row_line

SHOWN = 15
_NAMES = {queue.name: queue.name for queue in QUEUES}


def _run(work: Work) -> Outcome:
    queue = queue_named(work.args["queue"])
    rows = queue.rows(work.session, Asked(work.person, work.by.now, work.context.policy))
    if not rows:
        return Outcome(f"Nothing waits there that you may see: {queue.title}.")
    lines = few([row_line(work, row) for row in rows], SHOWN, f"smokewatch queue {queue.name}")
    title = f"{queue.title[0].upper()}{queue.title[1:]}"
    return Outcome(f"{title}: {len(rows)}.", page=page([(title, lines)]))


VERB = Verb(
    name="queue",
    usage="queue NAME",
    meaning=f"what waits there: {', '.join(_NAMES)}",
    parse=one_of("queue", _NAMES, needed=f"Say which queue: {', '.join(_NAMES)}."),
    run=_run,
    trust=Trust.WEAK,
    can_undo=False,
    everyday=True,
)
