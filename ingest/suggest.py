"""Guesses that a mail without usable headers continues a recent conversation of the same account."""

from collections.abc import Sequence
from datetime import timedelta

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.policy import ThreadPolicy
from config.words import MailKind
from ingest.subject import subject_key
from ingest.thread import Incoming, Merge
from store.mail import Conversation, ThreadSuggestion

MOST_CANDIDATES = 200
"""Conversations of one account looked at for one mail, newest first."""


def suggest(session: Session, batch: Sequence[Incoming], policy: ThreadPolicy) -> list[Merge]:
    """Store a suggestion for each mail that came without ancestors and looks like an answer.

    Where the policy says that a good guess joins (`fuzzy_joins`), the joins are returned for the caller to do.
    """
    merges = []
    for incoming in batch:
        key = subject_key(incoming.mail.subject)
        lonely = not incoming.ancestors and incoming.verdict.kind in (MailKind.CUSTOMER, MailKind.COLLEAGUE)
        if lonely and key.is_reply and incoming.account_id and len(key.text.split()) > 1:
            candidate = _suggest_one(session, incoming, key.text, policy)
            if candidate and policy.fuzzy_joins:
                merges.append(Merge(incoming.conversation_id, candidate, incoming.raw_id))
    return merges


def _suggest_one(session: Session, incoming: Incoming, key: str, policy: ThreadPolicy) -> int | None:
    c = Conversation
    recent = (
        select(c.id, c.subject)
        .where(
            c.account_id == incoming.account_id,
            c.last_at >= incoming.sent_at - timedelta(days=policy.fuzzy_days),
            c.id != incoming.conversation_id,
            c.merged_into.is_(None),
        )
        .order_by(c.last_at.desc())
        .limit(MOST_CANDIDATES)
    )
    scored = [
        (fuzz.token_sort_ratio(key, subject_key(subject).text), conversation)
        for conversation, subject in session.execute(recent)
    ]
    score, candidate = max(scored, default=(0.0, 0))
    if score < policy.fuzzy_score:
        return None
    row = {
        "conversation_id": incoming.conversation_id,
        "candidate_id": candidate,
        "score": score,
        "why": "the same account and nearly the same subject, but no reference in the headers",
        "made_at": incoming.received_at,
    }
    session.execute(insert(ThreadSuggestion).values(row).on_conflict_do_nothing())
    return candidate
