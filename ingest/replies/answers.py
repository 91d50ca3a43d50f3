"""Posts the one answer to a reply, within what a person may get in an hour."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.words import Channel, NoticeKind
from ingest.replies.rejections import reject
from ingest.replies.reply import Outcome, Reason, Rejected, Reply
from store.notices import NoticeDraft, post_notice
from store.outbox import Notice
from store.people import Person
from store.record import PendingCommand
from store.tokens import Claim
from workflow.context import Context
from workflow.execute import Request, Transcript
from workflow.record import By
from workflow.trust import Trust

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

LAST = (
    "This is the last answer for this hour. Commands still work; only the answers pause, and what needs a confirm must "
    "be sent again after the hour."
)
ONCE = "Mails without a command are kept as comments, and answered once a day."
UNTIL_CONFIRMED = "Until you confirm, further mails that nothing proves to be yours get no answer for an hour."


@dataclass(frozen=True)
class Post:
    """Where an answer goes, and the mail it answers."""

    reply: Reply
    claim: Claim
    person: Person
    ctx: Context
    now: datetime
    extra: dict[str, Any] = field(default_factory=dict)


def by(post: Post) -> By:
    """Who changes the record with this reply."""
    return By(post.person.id, post.person.email, Channel.MAIL, post.now, mail_domain=post.ctx.outgoing.domain)


def request(post: Post, trust: Trust) -> Request:
    """On which trust the reply's commands are run."""
    return Request(trust, post.ctx, post.reply.message_row_id)


def answer(session: Session, post: Post, transcript: Transcript) -> None:
    """Answer with what became of every line, unless this person has had enough answers for the hour."""
    most = post.ctx.policy.commands.answers_per_hour
    sent = _answers(session, post, _HOUR)
    if sent >= most:
        return
    facts = transcript.answer_facts()
    last = LAST if sent == most - 1 else None
    facts["ask"] = (
        " ".join(filter(None, (facts["ask"], ONCE if post.extra.get("comment_only") else None, last))) or None
    )
    _post(session, post, NoticeKind.ANSWER, facts)


def tell(session: Session, post: Post, sentence: str) -> None:
    """Answer with one sentence: nothing was run."""
    answer(session, post, Transcript((), ask=sentence))


def ask_confirm(session: Session, post: Post, transcript: Transcript) -> None:
    """Ask for the one-time confirm of the lines that wait."""
    most = post.ctx.policy.commands.answers_per_hour
    sent = _answers(session, post, _HOUR)
    if sent >= most:
        return
    pauses = (UNTIL_CONFIRMED if post.extra.get("unproved") else None, LAST if sent == most - 1 else None)
    facts = transcript.confirm_facts() | {"ask": " ".join(filter(None, pauses)) or None}
    _post(session, post, NoticeKind.CONFIRM, facts)


def refuse(session: Session, post: Post, reason: Reason) -> Outcome:
    """Write down why a mail with a genuine token and its own sender was not obeyed."""
    return reject(session, post.reply, Rejected(reason, post.claim, post.person.email), post.ctx, post.now)


def told_lately(session: Session, post: Post) -> bool:
    """Whether this person was told within the hour of a mail in her name that did not prove it came from her.

    A question she answered does not count: somebody whose servers prove nothing could else command once an hour.
    """
    answered = select(PendingCommand.id).where(
        PendingCommand.id == Notice.facts["pending_id"].as_integer(), PendingCommand.used_at.is_not(None)
    )
    return _exists(session, post, _HOUR, Notice.facts["unproved"].as_boolean() & ~answered.exists())


def commented_today(session: Session, post: Post) -> bool:
    """Whether a mail without any command was answered within a day: two robots cannot talk longer than that."""
    same = Notice.escalation_id == post.claim.escalation_id
    return _exists(session, post, _DAY, same & Notice.facts["comment_only"].as_boolean())


def _answers(session: Session, post: Post, within: timedelta) -> int:
    found = select(func.count()).where(*_recent(post, within))
    return session.scalar(found) or 0


def _exists(session: Session, post: Post, within: timedelta, clause: Any) -> bool:
    return session.execute(select(Notice.id).where(*_recent(post, within), clause).limit(1)).first() is not None


def _recent(post: Post, within: timedelta) -> tuple[Any, ...]:
    kinds = (NoticeKind.ANSWER, NoticeKind.CONFIRM)
    since = post.now - within
    return (Notice.person_id == post.person.id, Notice.kind.in_(kinds), Notice.created_at > since)


def _post(session: Session, post: Post, kind: NoticeKind, facts: dict[str, Any]) -> None:
    if post.ctx.silent:
        return
    draft = NoticeDraft(
        kind=kind,
        person_id=post.person.id,
        event=f"answer:{post.reply.message_row_id}",
        why="you answered an alert",
        at=post.now,
        escalation_id=post.claim.escalation_id,
        facts={**facts, **post.extra, "in_reply_to": post.reply.mail.message_id},
    )
    post_notice(session, draft, mail_domain=post.ctx.outgoing.domain)
