"""Reads from our own people's automatic replies until when they are away."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from config.matrix import load_matrix
from config.settings import Mailbox
from config.words import Channel, MailKind
from ingest.directory import Directory
from ingest.replies.addresses import find_tokens
from ingest.replies.authentication import Verdict, authenticate
from ingest.replies.sender import plain_sender
from ingest.thread import Incoming
from signals.absence import Stated, stated_absence
from store.outbox import Notice
from store.roster import Absence, away_at
from store.tokens import check_bounce
from workflow.absence import set_away
from workflow.change import By
from workflow.context import Context
from workflow.errors import Refused

READ = "auto-reply"
"""Who set an absence that was read; the word of the person themselves is an address."""


def is_absence_note(incoming: Incoming) -> bool:
    """Whether a mail is an automatic answer of one of us, as far as it says itself."""
    verdict, mail = incoming.verdict, incoming.mail
    colleague = verdict.colleague
    noted = mail.auto is MailKind.AUTO_REPLY and mail.bounce is None
    return noted and verdict.automatic and colleague is not None and colleague.active


def note_absence(
    session: Session, incoming: Incoming, message_id: int, trusted: tuple[Mailbox, Directory, Context], now: datetime
) -> None:
    """Keep the absence that a note states, where it is proven to be that person's.

    The receiving server must vouch for the sender, or the note must have come back on the private return path of a mail
    of ours to that very person: what anybody could have written silences nobody.
    """
    mailbox, directory, ctx = trusted
    colleague = incoming.verdict.colleague
    if colleague is None or not _is_proven(session, incoming, mailbox, directory, now):
        return
    mail, calendar = incoming.mail, directory.calendar(colleague.team_id)
    stated = stated_absence(mail.new_text, incoming.sent_at, calendar) or stated_absence(
        mail.subject, incoming.sent_at, calendar
    )
    longest = timedelta(days=(ctx.matrix or load_matrix()).absence.longest_calendar_days)
    if stated is None or not now < stated.until <= now + longest or _is_known(session, colleague.id, stated, now):
        return
    absence = Absence(
        person_id=colleague.id,
        since=now,
        until=stated.until,
        quote=stated.quote[:500],
        message_id=message_id,
        set_by=READ,
    )
    by = By(None, "smokewatch", Channel.SYSTEM, now, None, ctx.outgoing.domain)
    try:
        set_away(session, by, absence, ctx.matrix, silent=ctx.silent)
    except Refused:
        return


def _is_proven(session: Session, incoming: Incoming, mailbox: Mailbox, directory: Directory, now: datetime) -> bool:
    colleague = incoming.verdict.colleague
    sender = plain_sender(incoming.body) or ""
    if colleague is None or sender != colleague.email:
        return False
    verdict = authenticate(incoming.body, mailbox.authserv_id, sender.rpartition("@")[2])
    if verdict is not Verdict.NONE:
        return verdict is Verdict.PASS
    tokens = find_tokens(incoming.mail, directory.bounce_address).tokens
    notice_id = check_bounce(session, tokens[0], now) if len(tokens) == 1 else None
    notice = None if notice_id is None else session.get(Notice, notice_id)
    return notice is not None and notice.person_id == colleague.id


def _is_known(session: Session, person_id: int, stated: Stated, now: datetime) -> bool:
    """Whether that very absence was kept, or ended by word already; or the person said themselves until when."""
    own_word = Absence.set_by != READ
    rows = select(Absence.id).where(
        Absence.person_id == person_id, or_(Absence.until == stated.until, own_word & away_at(now))
    )
    return session.scalar(rows.limit(1)) is not None
