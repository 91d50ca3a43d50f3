"""Opens an escalation because one of us forwarded a mail to the escalation address."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import Channel, MailKind
from ingest.accounts import find_accounts
from ingest.replies.authentication import Verdict
from ingest.replies.judge import claimed, verdict_on
from ingest.replies.rejections import reject
from ingest.replies.reply import Reason, Rejected, Reply
from ingest.replies.sender import plain_sender
from ingest.subject import subject_key
from ingest.thread import Incoming
from store.mail import Conversation, Message
from store.notices import Evidence
from workflow.byhand import open_by_hand
from workflow.context import Context
from workflow.duties import follow_path
from workflow.record import By, Opening

_ADDRESS = re.compile(r"[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}", re.IGNORECASE)
_MOST_TEXT = 20_000
MOST_QUOTE = 300
"""Characters of the forwarder's own words, or of the forwarded mail, that the alert quotes."""


def open_by_forward(session: Session, incoming: Incoming, reply: Reply, ctx: Context, now: datetime) -> None:
    """Open an escalation owned by the forwarder, on the forwarded mail's conversation when its headers name it.

    The sender must be proven by the receiving server; a mail that is not leaves an audit row and changes nothing.
    """
    colleague = incoming.verdict.colleague
    sender = plain_sender(reply.raw) or ""
    verdict = verdict_on(reply, sender.rpartition("@")[2], shown=True)
    if colleague is None or not colleague.active or sender != colleague.email or verdict is not Verdict.PASS:
        reject(session, reply, Rejected(Reason.FORWARD_NOT_AUTHENTICATED, None, sender or claimed(reply)), ctx, now)
        return
    conversation = session.get_one(Conversation, incoming.conversation_id, populate_existing=True)
    if conversation.escalation_id is not None:
        return
    conversation.account_id = conversation.account_id or _account(session, incoming)
    by = By(colleague.id, colleague.email, Channel.MAIL, now, None, ctx.outgoing.domain)
    opening = Opening(
        title=subject_key(incoming.mail.subject).text.capitalize() or "Forwarded mail",
        account_id=conversation.account_id,
        team_id=conversation.team_id or colleague.team_id,
        conversation_ids=(conversation.id,),
        why=f"{colleague.name} forwarded it by hand",
        owner_id=colleague.id,
    )
    made = open_by_hand(session, by, opening, (_proof(session, by, incoming, reply.message_row_id),), receipt=True)
    if ctx.playbooks is not None and not ctx.silent:
        follow_path(session, by, made, ctx.playbooks)


def _account(session: Session, incoming: Incoming) -> int | None:
    """The account of the first address in the forwarded text that has one."""
    named = [a.lower() for a in _ADDRESS.findall(incoming.mail.text[:_MOST_TEXT])][:20]
    found = find_accounts(session, named)
    return next((found[a] for a in named if a in found), None)


def _proof(session: Session, by: By, incoming: Incoming, message_id: int) -> Evidence:
    """What was forwarded: the customer's last words in the conversation, else what the forward itself says."""
    quoted = session.execute(
        select(Message.id, Message.new_text, Message.from_name, Message.sent_at)
        .where(Message.conversation_id == incoming.conversation_id, Message.kind == MailKind.CUSTOMER)
        .order_by(Message.sent_at.desc())
        .limit(1)
    ).first()
    text = (quoted.new_text if quoted else incoming.mail.new_text).strip()[:MOST_QUOTE]
    return Evidence(
        signal="opened_by_hand",
        level=2,
        quote=text,
        author=quoted.from_name if quoted else by.actor,
        sent_at=(quoted.sent_at if quoted else incoming.sent_at).isoformat(),
        clears_when="you resolve it",
        rule_id="by_hand",
        message_id=quoted.id if quoted else message_id,
    )
