"""Keeps the files of an obeyed reply: on the comment it made, or on the escalation when it made none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.recordwords import Target
from config.settings import Limits
from ingest.mail import AttachedFile, Unreadable
from ingest.read import attachment_bytes, read_mail
from ingest.replies.reply import Reply
from store.mail import Message, RawMail
from store.record import Comment, PendingCommand
from workflow.change import By
from workflow.documents import File, Place, attach_file
from workflow.errors import Refused
from workflow.record import lock
from workflow.transcript import Line, Transcript

MOST_FILES = 20
"""Files of one mail that are kept; more are an archive, which is one file."""
TOO_MANY = f"Only the first {MOST_FILES} files of a mail are kept; pack them into one."
NOT_KEPT = "Nothing above was done, so I did not keep it; send it again with what you want."


@dataclass(frozen=True)
class Mail:
    """The mail that brought files: its bytes, its row, and what it brought."""

    raw: bytes
    message_id: int
    files: tuple[AttachedFile, ...]
    limits: Limits


def mail_of(reply: Reply) -> Mail:
    """The mail that is being answered. Pictures shown within its text, as logos in signatures are, are no files."""
    return Mail(reply.raw, reply.message_row_id, _files(reply.mail.attachments), reply.limits)


def waiting_mail(session: Session, pending_id: int, limits: Limits) -> Mail | None:
    """The mail whose files wait with its commands for a confirm; None when none do, or its bytes are gone."""
    pending = session.get(PendingCommand, pending_id)
    message_id = None if pending is None else pending.commands.get("message")
    if not isinstance(message_id, int):
        return None
    found = select(RawMail.body).join(Message, Message.raw_mail_id == RawMail.id).where(Message.id == message_id)
    raw = session.scalar(found)
    try:
        return Mail(raw, message_id, _files(read_mail(raw, limits).attachments), limits) if raw else None
    except Unreadable:
        return None


def keep_files(session: Session, by: By, escalation_id: int, mail: Mail, told: Transcript) -> Transcript:
    """Attach the files, and say of each what became of it; where every line was refused, none is kept."""
    if not mail.files:
        return told
    refused = bool(told.lines) and not told.comment_added and not any(line.ok for line in told.lines)
    if refused:
        lines = tuple(Line(_said(each), NOT_KEPT, ok=False) for each in mail.files)
        return replace(told, lines=(*told.lines, *lines))
    place = _place(session, by, escalation_id, mail)
    kept = [_keep(session, by, place, mail, each) for each in mail.files[:MOST_FILES]]
    left = [Line(_said(each), TOO_MANY, ok=False) for each in mail.files[MOST_FILES:]]
    return replace(told, lines=(*told.lines, *kept, *left))


def _keep(session: Session, by: By, place: Place, mail: Mail, file: AttachedFile) -> Line:
    try:
        body = attachment_bytes(mail.raw, file.position, mail.limits)
        with session.begin_nested():
            attach_file(session, by, place, File(file.name, file.content_type, body))
    except (Refused, Unreadable) as refusal:
        return Line(_said(file), str(refusal), ok=False)
    on = "your comment" if place.target is Target.COMMENT else f"ESC-{place.target_id}"
    return Line(_said(file), f"It is attached to {on}.", ok=True)


def _place(session: Session, by: By, escalation_id: int, mail: Mail) -> Place:
    """The comment of this mail: what stood below its commands, else a note that its writer gave in it."""
    esc = lock(session, escalation_id)
    own = select(Comment.id).where(Comment.escalation_id == esc.id)
    below = session.scalar(own.where(Comment.message_id == mail.message_id))
    noted = own.where(Comment.person_id == by.person_id, Comment.at == by.now).order_by(Comment.id.desc())
    comment = below or session.scalars(noted.limit(1)).first()
    return Place(Target.ESCALATION, esc.id, esc) if comment is None else Place(Target.COMMENT, comment, esc)


def _files(found: Sequence[AttachedFile]) -> tuple[AttachedFile, ...]:
    return tuple(each for each in found if not each.inline)


def _said(file: AttachedFile) -> str:
    return f"(your file {file.name})"
