"""Turns a notice into the one mail that tells it: fresh state, private reply address, headers, both bodies."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from alerts import digestview
from alerts.build import Reader, letter
from alerts.candidate import SERVICE, Candidate
from alerts.context import AlertContext
from alerts.errors import CannotComposeError
from alerts.lease import AFTER_DOT
from alerts.mail import Envelope, MailPlan, OutgoingMail, build
from alerts.phrases import moment
from alerts.summary import sections
from alerts.templates import render
from config.words import NoticeKind, NoticeState
from store import tokens
from store.outbox import Notice
from store.views import escalation_view


def compose(session: Session, candidate: Candidate, ctx: AlertContext, now: datetime) -> OutgoingMail:
    """The mail for this notice, with everything read fresh.

    Raises:
        CannotComposeError: an address or id cannot be used, or the headers did not come out as planned.
        jinja2.TemplateError: a template does not fit the notice's facts.

    """
    notice, person = candidate.notice, candidate.person
    view = escalation_view(session, notice.escalation_id, now, ctx.fields) if notice.escalation_id else None
    try:
        reply_to = _reply_to(session, candidate, ctx, now)
        bounce_to = tokens.tagged_address(ctx.outgoing.bounce_address, tokens.issue_bounce(session, notice.id, now))
    except ValueError as error:
        raise CannotComposeError(str(error)) from error
    reader = Reader(person, reply_to, now)
    if candidate.kind is NoticeKind.DIGEST:
        shown = digestview.letter(session, candidate, reader, ctx)
    else:
        shown = letter(session, candidate, reader, view)
    if candidate.kind is NoticeKind.HANDOVER and view is not None:
        shown = replace(shown, sections=sections(session, view.id, reader))
    rendered = render(candidate.kind, shown, now)
    sender, name = ctx.outgoing.from_address, ctx.outgoing.from_name
    return build(
        MailPlan(
            Envelope(person.email, person.name, sender, name, reply_to, bounce_to),
            rendered.subject,
            notice.message_id,
            now,
            rendered.text,
            rendered.html,
            _references(session, candidate),
            _marks(candidate, ctx),
        )
    )


def _reply_to(session: Session, candidate: Candidate, ctx: AlertContext, now: datetime) -> str:
    """The address only this person can answer to; mail about no escalation needs none of its own."""
    notice = candidate.notice
    if notice.escalation_id is None:
        return ctx.outgoing.reply_address
    expires = now + timedelta(days=ctx.token_days)
    claim = tokens.Claim(candidate.person.id, notice.escalation_id, "reply", expires, notice.id)
    if candidate.kind is NoticeKind.CONFIRM:
        until = moment(notice.facts.get("expires_at")) or now + timedelta(hours=ctx.confirm_hours)
        pending = int(notice.facts["pending_id"])
        claim = tokens.Claim(candidate.person.id, notice.escalation_id, "confirm", until, pending)
    return tokens.tagged_address(ctx.outgoing.reply_address, tokens.issue(session, claim))


def _references(session: Session, candidate: Candidate) -> list[str]:
    """The first mail of this escalation to this person, and for an answer the mail that is answered."""
    notice = candidate.notice
    known: list[str] = []
    if notice.escalation_id is not None:
        first = (
            select(Notice.message_id)
            .where(
                Notice.escalation_id == notice.escalation_id,
                Notice.person_id == notice.person_id,
                Notice.kind.not_in([kind.value for kind in SERVICE]),
                Notice.id != notice.id,
                or_(Notice.state == NoticeState.SENT, Notice.phase == AFTER_DOT),
            )
            .order_by(Notice.sent_at, Notice.id)
            .limit(1)
        )
        known += session.scalars(first)
    return [*known, str(notice.facts.get("in_reply_to") or "")]


def _marks(candidate: Candidate, ctx: AlertContext) -> dict[str, str]:
    """What tells every robot on the way that nobody waits for its answer (RFC 3834, section 5)."""
    domain = ctx.outgoing.domain
    return {
        "Auto-Submitted": "auto-replied" if candidate.kind is NoticeKind.ANSWER else "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Precedence": "bulk",
        "List-Id": f"Smokewatch <smokewatch.{domain}>",
        "X-Loop": ctx.instance_id,
    }
