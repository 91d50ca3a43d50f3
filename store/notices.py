"""Puts a notice into the outbox, at most once per (kind, escalation, event, person)."""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config.words import NoticeKind
from store.outbox import Notice


@dataclass(frozen=True)
class Evidence:
    """One proof shown in a notice: the sentence, who wrote it when, and what would clear the finding."""

    signal: str
    level: int
    quote: str
    author: str
    sent_at: str
    clears_when: str
    rule_id: str
    message_id: int
    finding_id: int | None = None


@dataclass(frozen=True)
class NoticeDraft:
    """A notice before it is stored. `event` names what happened (`risk:123`, `owner:7`), so that it is told once.

    `why` ends the sentence "You get this because ..."; `facts` holds what the mail kind's template needs
    (`config/templates/mail/<kind>/`); state, owner and next step are read fresh when the mail is written.

    * NEW_ESCALATION, RISK_UP: from, to, score, terms; of a new one also chosen or proposal, sentences of the matrix.
    * NO_ANSWER: since, waiting_business_hours.
    * PROMISE_DUE, PROMISE_MISSED: quote, due, and promise_id, by which a reminder that was overtaken is dropped.
    * EXECUTIVE_JOINED: who or address, title, added_by, as far as they are known.
    * HANDOVER: by, text (what the colleague wrote with it).
    * OWNER_CHANGED: from, to, by, because. MENTION: text, by.
    * ACTION_ITEM: by, and items of {number, n, text, due}; more, how many are not listed.
    * ANSWER: lines of {line, outcome, ok, corrected_from}, comment_added, undo, ask, in_reply_to.
    * CONFIRM: lines, expires_at, pending_id, ask. ADMIN: headline (a sentence), lines, todo.
    * INCIDENT: name, customers (how many), since, found (list of {about, subject, at}), others.
    * DUTY_OVERDUE: playbook, tell (at_once or digest), risk (a sentence), duties (list of {id, n, text, due}).
    * ANSWER_DUE: rung_id, share (percent of the time that is gone), since, due, next (who is asked then, or None).
    * CLIMBED: rung_id, rung, due, opened, asked (list of {name, rung, since, hours}).
    * STAND_IN: who, until, escalations (list of {number, about, standing, next}), more (how many are not listed).
    * QUIET: scope, cap, because, digest. DIGEST: since, until, held (ids of notices it stands for).

    Times are ISO 8601 with zone, people are given by address. Of notices that wait together the one of most `weight`
    goes first, so that a day's budget is spent on what matters most.
    """

    kind: NoticeKind
    person_id: int
    event: str
    why: str
    at: datetime
    escalation_id: int | None = None
    urgent: bool = False
    weight: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    not_before: datetime | None = None


def post_notice(session: Session, draft: NoticeDraft, *, mail_domain: str) -> int | None:
    """Add the notice; the id of the new row, or None when this event was already told to this person."""
    key = f"{draft.kind}:{draft.escalation_id or 0}:{draft.event}:{draft.person_id}"
    digest = hashlib.sha256(key.encode()).hexdigest()[:24]
    row = {
        "key": key,
        # The shape mail programs make: letters and digits in two groups (a long hex run scores as spam).
        "message_id": f"<{digest[:10]}.{digest[10:]}@{mail_domain}>",
        "kind": draft.kind,
        "escalation_id": draft.escalation_id,
        "person_id": draft.person_id,
        "facts": {"why": draft.why, "evidence": [asdict(e) for e in draft.evidence], **draft.facts},
        "urgent": draft.urgent,
        "weight": draft.weight,
        "created_at": draft.at,
        "not_before": draft.not_before or draft.at,
    }
    made = insert(Notice).values(row).on_conflict_do_nothing(index_elements=["key"]).returning(Notice.id)
    return session.execute(made).scalar()
