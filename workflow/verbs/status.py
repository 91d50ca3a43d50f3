"""`status`: where the escalation stands, on one page; changes nothing."""

from store.views import EscalationView, escalation_view
from workflow.states import say_state
from workflow.statuspage import Overview
from workflow.trust import Trust
from workflow.verbs.base import Outcome, Verb, Work, bare


def describe(work: Work) -> str:
    """The state of the escalation in one sentence."""
    view = _view(work)
    owner = "owned by nobody" if view.owner is None else f"owned by {view.owner.name}"
    parts = [
        f"{view.number} is {say_state(view.state)}",
        owner,
        f"risk {view.risk}",
        f"priority {view.priority}",
        f"Sev {view.path}",
    ]
    if view.waiting_on:
        parts.append(f"waiting on {view.waiting_on}")
    return ", ".join(parts) + "." + _next(work, view)


def _view(work: Work) -> EscalationView:
    return escalation_view(work.session, work.escalation.id, work.by.now, work.context.fields)


def _next(work: Work, view: EscalationView) -> str:
    if view.next_step is None:
        return ""
    due = "" if view.next_step_due is None else f", by {work.says(view.next_step_due)}"
    late = " (overdue)" if view.next_step_overdue else ""
    return f" Next: {view.next_step}{due}{late}."


def _run(work: Work) -> Outcome:
    zone = "UTC" if work.by.person_id is None else work.person.zone
    overview = Overview(work.session, work.escalation, work.context, work.by.now, zone)
    return Outcome(describe(work), page=overview.page())


VERB = Verb(
    name="status",
    aliases=("state", "show"),
    usage="status",
    meaning="where it stands, on one page",
    parse=bare,
    run=_run,
    trust=Trust.WEAK,
    can_undo=False,
)
