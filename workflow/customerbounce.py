"""Tells whoever sent a mail to a customer that it came back."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.recordwords import CustomerMailState
from config.words import Channel, NoticeKind
from store.customer import CustomerMail
from store.notices import NoticeDraft, post_notice
from store.record import Escalation
from workflow.change import By, Step, append
from workflow.context import Context


def came_back(session: Session, message_id: str, status: str, ctx: Context, now: datetime) -> bool:
    """Note a delivery report about a mail of ours to a customer, once; whether it was about one.

    Anybody can write such a report, so it is told and changes nothing else: no address is blocked by it.
    """
    mail = session.scalar(
        select(CustomerMail)
        .where(CustomerMail.message_id == message_id, CustomerMail.state == CustomerMailState.SENT)
        .with_for_update()
    )
    if mail is None or mail.approved_by is None:
        return False
    if mail.last_error is None:
        mail.last_error = f"it came back with status {status or 'unknown'}"
        number = session.get_one(Escalation, mail.escalation_id).number
        by = By(None, "smokewatch", Channel.MAIL, now)
        append(session, by, number, Step("customer mail", f"draft {mail.n}", "came back", f"status {status}"))
        _tell(session, mail, mail.approved_by, ctx, now)
    return True


def _tell(session: Session, mail: CustomerMail, person_id: int, ctx: Context, now: datetime) -> None:
    facts = {
        "headline": f"Your mail to {', '.join(mail.to_addresses)} came back; the customer has not read it.",
        "lines": [f"What it was: draft {mail.n} of ESC-{mail.escalation_id}", f"Why: {mail.last_error}"],
        "todo": "Find out how to reach them; a new draft goes to whoever of the customer wrote last.",
    }
    event, why = f"customer mail back:{mail.id}", "you sent it"
    notice = NoticeDraft(NoticeKind.ADMIN, person_id, event, why, now, mail.escalation_id, facts=facts)
    if not ctx.silent:
        post_notice(session, notice, mail_domain=ctx.outgoing.domain)
