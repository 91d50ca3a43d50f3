"""Delivers one mail to a customer that a person approved; the only code by which a customer can get mail from us."""

import hashlib
from datetime import datetime, timedelta, tzinfo
from html import escape
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from alerts import settle, trouble
from alerts.clockwork import zone_of
from alerts.context import AlertContext
from alerts.customerlease import CustomerClaim, claim_one, due
from alerts.handover import Failed, Phase, Sender, Sent
from alerts.lease import AFTER_DOT
from alerts.mail import Envelope, MailPlan, OutgoingMail, build
from alerts.plaintext import wrap
from config.killpoint import killpoint
from config.recordwords import CustomerMailKind, CustomerMailState
from config.words import Channel, NoticeKind
from store.audit import Change, record
from store.customer import CustomerMail
from store.database import Store
from store.mail import RawMail
from store.notices import NoticeDraft, post_notice
from store.people import Contact, Person, Team
from store.recipients import blocked_until
from store.record import Escalation
from store.visibility import may_see

log = structlog.get_logger()

MOST_PER_HOUR = 5
"""Mails of ours that one customer's address gets in an hour; more are a mistake, and wait."""
HOUR = timedelta(hours=1)
WIDTH = 78
"""Columns of a line (RFC 5322, section 2.1.1): what a mail program wrapped already is not wrapped again."""
_STYLE = "margin:0 0 12px;font-family:sans-serif;font-size:15px;line-height:1.45;"


def deliver_customer_one(store: Store, sender: Sender, ctx: AlertContext, now: datetime) -> bool:
    """Work on one approved mail that is due; False when there was none, or when the mail server cannot be reached.

    Never raises for anything a mail, a recipient or the mail server does.
    """
    with store.transaction() as session:
        if session.scalar(select(CustomerMail.id).where(due(now)).limit(1)) is None:
            return False
    if sender.open(now) is not None:
        return False
    claim = claim_one(store, now)
    if claim is None:
        return False
    killpoint("K30")
    mail = _prepare(store, claim, ctx, now)
    if mail is not None:
        _finish(store, claim, mail, sender.send(mail, claim), ctx, now)
    return True


def _prepare(store: Store, claim: CustomerClaim, ctx: AlertContext, now: datetime) -> OutgoingMail | None:
    """The mail to send, or None when it was put aside."""
    try:
        with store.transaction() as session:
            row = claim.held(session)
            return None if row is None or _put_aside(session, row, ctx, now) else compose(session, row)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - one mail must not stop the others, nor come round for ever (P3)
        log.error("customer_mail_not_written", customer_mail=claim.mail_id, error=type(error).__name__)  # noqa: TRY400
        with store.transaction() as session:
            if (row := claim.held(session)) is not None:
                _give_up(session, row, trouble.unwritten(error), ctx, now)
        return None


def compose(session: Session, row: CustomerMail) -> OutgoingMail:
    """The mail as bytes, the same at each attempt: everything in it was fixed when it was approved.

    It carries neither the loop mark nor Auto-Submitted: a person sent it, and it counts as an answer of ours.

    Raises:
        CannotComposeError: an address or message id is not usable.

    """
    assert row.approved_at is not None
    assert row.message_id is not None
    to = row.to_addresses[0]
    name = session.scalar(select(Contact.name).where(Contact.email == to)) or ""
    approver = session.get_one(Person, row.approved_by)
    envelope = Envelope(to, name, row.from_address, approver.name, row.from_address, row.from_address)
    paragraphs = "".join(
        f'<p style="{_STYLE}">{escape(part).replace(chr(10), "<br>")}</p>' for part in row.text.split("\n\n")
    )
    html = f"<!DOCTYPE html><html><body>{paragraphs}</body></html>"
    references = [*row.references, row.in_reply_to]
    # On the clock of the team: a mail that says "tomorrow at noon" is read by the zone of its Date.
    date = row.approved_at.astimezone(_zone(session, row, approver))
    return build(
        MailPlan(envelope, row.subject, row.message_id, date, wrap(row.text, width=WIDTH) + "\n", html, references)
    )


def _zone(session: Session, row: CustomerMail, approver: Person) -> tzinfo:
    team_id = session.get_one(Escalation, row.escalation_id).team_id
    team = None if team_id is None else session.get(Team, team_id)
    try:
        return zone_of(approver) if team is None else ZoneInfo(team.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return zone_of(approver)


def _put_aside(session: Session, row: CustomerMail, ctx: AlertContext, now: datetime) -> bool:
    """Whether the mail may not go out now: by today's rights and rules, not those of the moment it was approved."""
    problem = _problem(session, row, ctx, now)
    if problem is not None:
        _give_up(session, row, problem, ctx, now)
        return True
    sent = select(func.count()).where(
        CustomerMail.to_addresses == row.to_addresses,
        CustomerMail.state == CustomerMailState.SENT,
        CustomerMail.sent_at > now - HOUR,
    )
    if (session.scalar(sent) or 0) < MOST_PER_HOUR:
        return False
    row.attempts -= 1
    row.claimed_until, row.not_before = None, now + HOUR / 6
    row.last_error = f"this address got {MOST_PER_HOUR} mails of ours in an hour"
    return True


def _problem(session: Session, row: CustomerMail, ctx: AlertContext, now: datetime) -> str | None:
    allowed = ctx.customer
    on = allowed is not None and (allowed.updates if row.kind == CustomerMailKind.UPDATE else allowed.satisfaction)
    if not on:
        return "mail to customers was switched off before it went out"
    if row.approved_by is None or not may_see(session, row.approved_by, row.escalation_id):
        return "whoever approved it may not see the escalation any more"
    if len(row.to_addresses) != 1:
        return "it has not exactly one recipient"
    if blocked_until(session, row.to_addresses[0], now) is not None:
        return "mail to this address came back lately; it is blocked"
    return None


def _finish(  # noqa: PLR0913, PLR0917 - one per thing the end of a delivery touches
    store: Store, claim: CustomerClaim, mail: OutgoingMail, result: Sent | Failed, ctx: AlertContext, now: datetime
) -> None:
    if isinstance(result, Sent):
        killpoint("K31")
    with store.transaction() as session:
        if isinstance(result, Sent):
            # Even when the claim was lost meanwhile: the mail is out, and another copy must not follow.
            _sent(session, session.get_one(CustomerMail, claim.mail_id, with_for_update=True), mail, now)
        elif (row := claim.held(session)) is not None:
            _failed(session, row, claim, result, ctx, now)
    killpoint("K32")


def _sent(session: Session, row: CustomerMail, mail: OutgoingMail, now: datetime) -> None:
    """Mark it, write it down, and keep its bytes as mail of ours: it is an answer, and what it promises is owed."""
    if row.state == CustomerMailState.SENT:
        return
    row.state, row.phase, row.sent_at = CustomerMailState.SENT, "sent", now
    row.claimed_until = row.last_error = None
    digest = hashlib.sha256(mail.raw).digest()
    kept = {"sha256": digest, "body": mail.raw, "size": len(mail.raw), "received_at": now, "kept_at": now}
    session.execute(insert(RawMail).values(kept).on_conflict_do_nothing(index_elements=["sha256"]))
    _tell_audit(session, row, "sent", now)
    log.info("customer_mail_sent", customer_mail=row.id, attempts=row.attempts, repeats=row.repeats)


def _failed(  # noqa: PLR0913, PLR0917 - one per thing the end of a delivery touches
    session: Session, row: CustomerMail, claim: CustomerClaim, result: Failed, ctx: AlertContext, now: datetime
) -> None:
    """Try again with back-off, or give up and say so to whoever approved it."""
    row.claimed_until, row.last_error = None, f"{result.reason}: {result.detail}"[:500]
    if result.phase is not Phase.AFTER_DOT and not claim.uncertain:
        # Refused in so many words: no copy is out there.
        row.phase = None
    pause = settle.retry_after(row.attempts, ctx)
    worn_out = row.phase == AFTER_DOT and row.repeats >= settle.MOST_REPEATS
    log.warning("customer_mail_not_sent", customer_mail=row.id, reason=result.reason)
    if result.permanent or worn_out or pause is None:
        _give_up(session, row, row.last_error, ctx, now)
    else:
        row.not_before = now + pause


def _give_up(session: Session, row: CustomerMail, reason: str, ctx: AlertContext, now: datetime) -> None:
    row.state, row.claimed_until, row.last_error = CustomerMailState.FAILED, None, reason[:500]
    _tell_audit(session, row, "failed", now, reason)
    log.error("customer_mail_failed", customer_mail=row.id, attempts=row.attempts)
    if row.approved_by is None:
        return
    facts = {
        "headline": f"Your mail to {', '.join(row.to_addresses)} did not go out.",
        "lines": [f"What it was: draft {row.n} of ESC-{row.escalation_id}", f"Why: {reason}"],
        "todo": f"Mend that, then answer an alert about ESC-{row.escalation_id} with `update customer`.",
    }
    event, why = f"customer mail:{row.id}", "you sent it"
    notice = NoticeDraft(NoticeKind.ADMIN, row.approved_by, event, why, now, row.escalation_id, facts=facts)
    post_notice(session, notice, mail_domain=ctx.outgoing.domain)


def _tell_audit(session: Session, row: CustomerMail, to: str, now: datetime, reason: str | None = None) -> None:
    detail = {"customer_mail": row.id}
    change = Change(
        f"ESC-{row.escalation_id}",
        now,
        "smokewatch",
        Channel.SYSTEM,
        "customer mail",
        from_value=f"draft {row.n}",
        to_value=to,
        reason=reason,
        detail=detail,
    )
    record(session, change)
