"""Writes down why a mail may not command, and tells those who must know - never an outsider."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.policy import CommandPolicy
from config.words import Channel, NoticeKind
from ingest.replies.reply import Done, Outcome, Reason, Rejected, Reply
from store import audit
from store.notices import NoticeDraft, post_notice
from store.record import Audit
from store.visibility import may_see
from workflow.context import Context

ACTION = "command rejected"

MOST_SENDER = 254
"""Characters of an address that can be used (RFC 5321, section 4.5.3.1.3)."""

_GUESSES = frozenset({Reason.NO_TOKEN, Reason.TWO_TOKENS, Reason.BAD_TOKEN, Reason.FORWARD_NOT_AUTHENTICATED})
"""What anybody can do as often as he likes: it needs no genuine token."""
_HOUR = timedelta(hours=1)
_log = structlog.get_logger()


def reject(session: Session, reply: Reply, rejected: Rejected, ctx: Context, now: datetime) -> Outcome:
    """Write the audit row: on the escalation's stream when the token was genuine, else on the system's.

    A sender with too many tries of that kind in an hour is dropped without a row, so that guessing fills no table.
    """
    if rejected.reason in _GUESSES and _too_many(session, rejected.sender, ctx.policy.commands, now):
        _log.info("reply.dropped", message=reply.message_row_id, reason=rejected.reason.value)
        return Outcome(Done.DROPPED, rejected.reason)
    audit.record(session, _row(reply, rejected, now))
    if rejected.reason is Reason.OUTSIDER:
        _tell_holder(session, rejected, ctx, now)
    _log.info("reply.rejected", message=reply.message_row_id, reason=rejected.reason.value)
    return Outcome(Done.REJECTED, rejected.reason)


def _row(reply: Reply, rejected: Rejected, now: datetime) -> audit.Change:
    escalation = rejected.claim.escalation_id if rejected.claim else 0
    return audit.Change(
        stream=f"ESC-{escalation}" if escalation else audit.SYSTEM,
        at=now,
        actor="smokewatch",
        channel=Channel.MAIL,
        action=ACTION,
        from_value=rejected.sender[:MOST_SENDER],
        reason=rejected.reason.value,
        detail={"message": reply.message_row_id},
    )


def _too_many(session: Session, sender: str, policy: CommandPolicy, now: datetime) -> bool:
    found = select(func.count()).where(
        Audit.action == ACTION,
        Audit.from_value == sender[:MOST_SENDER],
        Audit.at > now - _HOUR,
        Audit.stream == audit.SYSTEM,
    )
    return (session.scalar(found) or 0) >= policy.bad_tokens_per_hour


def _tell_holder(session: Session, rejected: Rejected, ctx: Context, now: datetime) -> None:
    """Once per escalation: somebody outside has the private address, most likely from a forwarded alert."""
    claim = rejected.claim
    if ctx.silent or claim is None or not may_see(session, claim.person_id, claim.escalation_id):
        return
    draft = NoticeDraft(
        kind=NoticeKind.ANSWER,
        person_id=claim.person_id,
        event="outsider",
        why="somebody who is none of us wrote to your private reply address",
        at=now,
        escalation_id=claim.escalation_id,
        facts={
            "lines": [],
            "comment_added": False,
            "undo": None,
            "ask": f"{rejected.sender or 'A sender without a plain address'} wrote to the reply address that was made "
            "for you alone, most likely from an alert you forwarded. Nothing was changed, and nothing was answered. "
            "Whoever holds the address cannot command with it; ask an admin to revoke it if that worries you.",
            "in_reply_to": None,
        },
    )
    post_notice(session, draft, mail_domain=ctx.outgoing.domain)
