"""Decides whether a mail may command, for whom and how far it is trusted: the accept rule, and no effects."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ingest.replies.addresses import find_tokens
from ingest.replies.authentication import Verdict, authenticate
from ingest.replies.dkim import verify
from ingest.replies.reply import Accepted, Reason, Rejected, Reply
from ingest.replies.sender import plain_sender
from ingest.replies.words import words_of
from store.people import Person
from store.tokens import BadToken, Claim, check
from store.visibility import may_see
from workflow.trust import Trust

_TOKEN_REASONS = {"expired": Reason.EXPIRED, "used": Reason.USED}


def judge(session: Session, reply: Reply, reply_address: str, now: datetime) -> Accepted | Rejected:
    """Apply the accept rule; every part must hold, and thread headers are no part of it.

    One genuine token; one plain From that is the token's person; active; not automatic; rights now; and what our
    receiving server or the sender's own signature says of the From domain gives the trust.
    """
    sender = plain_sender(reply.raw) or ""
    found = find_tokens(reply.mail, reply_address)
    if len(found.tokens) != 1:
        return Rejected(Reason.TWO_TOKENS if found.tokens else Reason.NO_TOKEN, None, sender or claimed(reply))
    claim = check(session, found.tokens[0], now)
    if isinstance(claim, BadToken):
        return Rejected(_TOKEN_REASONS.get(claim.reason, Reason.BAD_TOKEN), claim.claim, sender or claimed(reply))
    person = session.get(Person, claim.person_id, populate_existing=True)
    reason = _objection(session, reply, claim, person, sender)
    if reason is not None or person is None:
        return Rejected(reason or Reason.BAD_TOKEN, claim, sender or claimed(reply))
    verdict = verdict_on(reply, sender.rpartition("@")[2], shown=found.open)
    if verdict is Verdict.FAIL:
        return Rejected(Reason.AUTHENTICATION_FAILED, claim, sender)
    trust = Trust.ALIGNED if verdict is Verdict.PASS else Trust.WEAK
    return Accepted(claim, person, trust, words_of(reply.mail.command_text))


def claimed(reply: Reply) -> str:
    """Whom the mail says it is from, for the audit only."""
    return reply.mail.from_addresses[0].email if reply.mail.from_addresses else ""


def _objection(session: Session, reply: Reply, claim: Claim, person: Person | None, sender: str) -> Reason | None:
    """The first part of the rule that does not hold, before authentication is looked at."""
    if claim.purpose == "bounce" or person is None:
        return Reason.WRONG_PURPOSE
    if reply.mail.auto is not None or reply.mail.bounce is not None:
        return Reason.AUTOMATIC
    if not sender or not reply.mail.from_plain or [a.email for a in reply.mail.from_addresses] != [sender]:
        return Reason.NO_PLAIN_SENDER
    if sender != person.email.lower():
        ours = session.scalar(select(Person.id).where(Person.email == sender))
        return Reason.OUTSIDER if ours is None else Reason.WRONG_SENDER
    if not person.active:
        return Reason.INACTIVE
    return None if may_see(session, person.id, claim.escalation_id) else Reason.NO_RIGHTS


def verdict_on(reply: Reply, from_domain: str, *, shown: bool) -> Verdict:
    """Our server's word first; where it has none, the sender's own signature.

    A token that stands in no To or Cc may have been put in the envelope of a genuine mail by somebody who
    re-sends it: such a mail passes every check and still was never written to us.
    """
    verdict = authenticate(reply.raw, reply.mailbox.authserv_id, from_domain)
    if verdict is Verdict.FAIL:
        return verdict
    if not shown:
        return Verdict.NONE
    signed = reply.mailbox.verify_dkim and verdict is Verdict.NONE and verify(reply.raw, from_domain, reply.lookup)
    return Verdict.PASS if signed else verdict
