"""Opens an escalation because one of us forwarded a mail to the escalation address."""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import Channel, MailKind, NoticeKind
from ingest.accounts import find_accounts
from ingest.replies.authentication import Verdict
from ingest.replies.judge import verdict_on
from ingest.replies.reply import Reply
from ingest.replies.sender import plain_sender
from ingest.subject import subject_key
from ingest.thread import Incoming
from store import audit
from store.mail import Conversation, Message
from store.notices import Evidence, NoticeDraft, post_notice
from workflow import record
from workflow.context import Context
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
        change = audit.Change(
            audit.SYSTEM, now, sender or "unknown", Channel.MAIL, "command rejected", reason="forward-not-authenticated"
        )
        audit.record(session, change)
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
    escalation = record.open_escalation(session, by, opening)
    if not ctx.silent:
        _tell(session, by, escalation.id, incoming, reply.message_row_id)


def _account(session: Session, incoming: Incoming) -> int | None:
    """The account of the first address in the forwarded text that has one."""
    named = [a.lower() for a in _ADDRESS.findall(incoming.mail.text[:_MOST_TEXT])][:20]
    found = find_accounts(session, named)
    return next((found[a] for a in named if a in found), None)


def _tell(session: Session, by: By, escalation_id: int, incoming: Incoming, message_id: int) -> None:
    """Answer the forwarder with the new escalation's number, quoting what was forwarded."""
    quoted = session.execute(
        select(Message.id, Message.new_text, Message.from_name, Message.sent_at)
        .where(Message.conversation_id == incoming.conversation_id, Message.kind == MailKind.CUSTOMER)
        .order_by(Message.sent_at.desc())
        .limit(1)
    ).first()
    text = (quoted.new_text if quoted else incoming.mail.new_text).strip()[:MOST_QUOTE]
    evidence = Evidence(
        signal="opened_by_hand",
        level=2,
        quote=text,
        author=quoted.from_name if quoted else by.actor,
        sent_at=(quoted.sent_at if quoted else incoming.sent_at).isoformat(),
        clears_when="you resolve it",
        rule_id="by_hand",
        message_id=quoted.id if quoted else message_id,
    )
    draft = NoticeDraft(
        kind=NoticeKind.NEW_ESCALATION,
        person_id=by.person_id or 0,
        event="opened",
        why="you forwarded the mail",
        at=by.now,
        escalation_id=escalation_id,
        evidence=(evidence,),
        facts={"from": "low", "to": "low", "score": 0.0, "terms": []},
    )
    post_notice(session, draft, mail_domain=by.mail_domain)
