"""Asks the customer how content they are when an escalation is closed, where the policy wants it without being told."""

from sqlalchemy.orm import Session

from config.recordwords import CustomerMailKind
from store.record import Escalation
from workflow.change import By
from workflow.context import Context
from workflow.customer import Wording, approve, draft, thread_of
from workflow.customertexts import compose
from workflow.errors import Refused


def ask_after_close(session: Session, by: By, esc: Escalation, ctx: Context) -> str:
    """Send the question in the name of whoever closed it; a sentence on that, empty where nothing is asked."""
    wanted = ctx.policy.customer
    if not (wanted.satisfaction and wanted.satisfaction_after_close) or by.person_id is None or ctx.silent:
        return ""
    kind = CustomerMailKind.SATISFACTION
    try:
        thread = thread_of(session, esc, ctx)
        made = draft(session, by, esc, thread, Wording(kind, compose(session, by, esc, thread.message, kind)))
        approve(session, by, esc, made, ctx)
    except Refused as refused:
        return f"The customer is not asked how content they are: {refused}"
    return f"{made.to_addresses[0]} is asked how content they are; `discard {made.n}` stops that while it waits."
