"""Does what a mail's kind asks for beyond being filed: count a bounce, obey a command, open by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.settings import Mailbox
from config.words import MailKind
from ingest.absences import is_absence_note, note_absence
from ingest.byhand import open_by_forward
from ingest.context import IngestContext
from ingest.directory import Directory
from ingest.origin import mailboxes_of
from ingest.rating import keep_rating
from ingest.replies.addresses import find_tokens
from ingest.replies.attempts import is_attempt
from ingest.replies.handle import handle
from ingest.replies.reply import Reply
from ingest.thread import Incoming
from store.outbox import Notice
from store.people import Person
from store.recipients import note_bounce
from store.tokens import check_bounce
from workflow.customerbounce import came_back

_UNTRUSTED = Mailbox(name="files", address="files@localhost.invalid", host="localhost", verify_dkim=False)
"""Mail that came from a file passed no receiving server of ours, so nobody's word about its sender counts."""


def act(
    session: Session,
    filed: Sequence[tuple[Incoming, int]],
    ctx: IngestContext,
    directory: Directory,
    now: datetime,
) -> None:
    """Act on each mail, given with the id of its message row."""
    for incoming, message_id in filed:
        kind = incoming.verdict.kind
        reply = Reply(incoming.mail, incoming.body, message_id, _UNTRUSTED, limits=ctx.settings.limits)
        keep_rating(session, incoming, message_id, now)
        if kind is MailKind.BOUNCE:
            _bounce(session, incoming, ctx, directory, now)
        if is_absence_note(incoming):
            trusted = (_mailbox(session, incoming, ctx), directory, ctx.workflow)
            note_absence(session, incoming, message_id, trusted, now)
        if kind is MailKind.FORWARD or (kind is MailKind.UNVERIFIED and _to_open(incoming, directory)):
            open_by_forward(session, incoming, _trusting(session, reply, incoming, ctx), ctx.workflow, now)
        elif kind is MailKind.COMMAND or is_attempt(session, reply, kind, ctx.workflow, now):
            handle(session, _trusting(session, reply, incoming, ctx), ctx.workflow, now)


def _to_open(incoming: Incoming, directory: Directory) -> bool:
    """Whether a mail asks for an escalation by its address; an unproven one is refused there, and written down."""
    mail = incoming.mail
    recipients = (*(a.email for a in (*mail.to, *mail.cc)), *mail.envelope_to)
    return directory.to_us(directory.escalation_address, recipients)


def _trusting(session: Session, reply: Reply, incoming: Incoming, ctx: IngestContext) -> Reply:
    return replace(reply, mailbox=_mailbox(session, incoming, ctx))


def _mailbox(session: Session, incoming: Incoming, ctx: IngestContext) -> Mailbox:
    """Where the mail was fetched from: that server's word about the sender is the one that may count."""
    return mailboxes_of(session, [incoming.raw_id], ctx.settings).get(incoming.raw_id, _UNTRUSTED)


def _bounce(session: Session, incoming: Incoming, ctx: IngestContext, directory: Directory, now: datetime) -> None:
    """Count a bounce of a notice of ours against its recipient; tell who sent a mail to a customer that it came back.

    Only the signed return path is believed: a forged report must not be able to silence anybody.
    """
    tokens = find_tokens(incoming.mail, directory.bounce_address).tokens
    notice_id = check_bounce(session, tokens[0], now) if len(tokens) == 1 else None
    bounce = incoming.mail.bounce
    if bounce is not None and bounce.hard:
        came_back(session, bounce.original_message_id, bounce.status, ctx.workflow, now)
    if notice_id is None or bounce is None:
        return
    address = session.scalar(
        select(Person.email).join(Notice, Notice.person_id == Person.id).where(Notice.id == notice_id)
    )
    if address:
        note_bounce(session, address, bounce.hard, f"status {bounce.status}", now)
