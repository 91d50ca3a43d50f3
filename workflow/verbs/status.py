"""`status`: where the escalation stands; changes nothing."""

from store.views import EscalationView, PromiseView, escalation_view
from workflow.states import say_state
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


def _owed(work: Work, promise: PromiseView) -> str:
    due = "no date" if promise.due_at is None else work.says(promise.due_at)
    return f'Promise {promise.n} ({due}): "{promise.quote[:120]}".'


def _run(work: Work) -> Outcome:
    view = _view(work)
    return Outcome(" ".join([describe(work), *(_owed(work, promise) for promise in view.open_promises[:5])]))


VERB = Verb(
    name="status",
    aliases=("state", "show"),
    usage="status",
    meaning="where it stands",
    parse=bare,
    run=_run,
    trust=Trust.WEAK,
    can_undo=False,
)
