"""Notices mail that tries to command without a reply address, so that the try stands in the audit."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import MailKind
from ingest.replies.addresses import find_tokens
from ingest.replies.reply import Reply
from ingest.replies.words import words_of
from store.outbox import Notice
from workflow.context import Context
from workflow.grammar import parse_block

_HEAD_BYTES = 65_536
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
_OUR_FIELDS = re.compile(rb"^x-(?:escalation|smokewatch)-", re.MULTILINE)
_NOTICE_ID = re.compile(r"<[0-9a-f]{10}\.[0-9a-f]{14}@[^<>\s]+>")
"""The shape `store.notices` gives Message-IDs; anything else need not be looked up."""
_MOST_IDS = 50


def is_attempt(session: Session, reply: Reply, kind: MailKind, ctx: Context, now: datetime) -> bool:
    """Whether a mail that is no command by its address should be judged, and refused, like one.

    A robot's mail to a reply address; commands on top of a colleague's mail; fields that look like our own; and an
    answer to one of our notices that did not go to its reply address. Our own mail never is one.
    """
    if kind in {MailKind.OWN, MailKind.COMMAND}:
        return False
    return (
        bool(find_tokens(reply.mail, ctx.outgoing.reply_address).tokens)
        or _OUR_FIELDS.search(_HEAD_ENDS.split(reply.raw[:_HEAD_BYTES].lstrip(b"\r\n"), 1)[0].lower()) is not None
        or (kind in {MailKind.COLLEAGUE, MailKind.UNVERIFIED} and _says_commands(reply, now))
        or _answers_a_notice(session, reply)
    )


def _says_commands(reply: Reply, now: datetime) -> bool:
    block = parse_block(words_of(reply.mail.command_text).top, now, "UTC")
    return bool(block.commands or block.unknown)


def _answers_a_notice(session: Session, reply: Reply) -> bool:
    named = (*reply.mail.in_reply_to, *reply.mail.references)[-_MOST_IDS:]
    ours = {i for i in named if _NOTICE_ID.fullmatch(i)}
    if not ours:
        return False
    return session.execute(select(Notice.id).where(Notice.message_id.in_(ours)).limit(1)).first() is not None
