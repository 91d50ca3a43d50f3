"""Turns one change of risk into at most one notice per entitled person, with its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import Level, NoticeKind, Risk, Signal
from signals.facts import Assessment, Facts, Finding
from store.notices import Evidence, NoticeDraft, post_notice
from store.record import Escalation
from store.risk import Promise
from workflow.assignments import choice_for
from workflow.audience import audience
from workflow.context import Context
from workflow.findings import Rise
from workflow.paths import Called
from workflow.record import By

MOST_EVIDENCE = 5
"""Findings quoted in one mail; a phone shows no more than this without tiring."""


@dataclass(frozen=True)
class Change:
    """What one evaluation changed on an escalation; `called` is what the evidence means for its severity path."""

    escalation: Escalation
    facts: Facts
    assessment: Assessment
    rises: Sequence[Rise]
    from_risk: Risk
    opened: bool = False
    called: Called | None = None


def announce(session: Session, change: Change, ctx: Context, by: By) -> None:
    """Tell everybody entitled, once; a change that is none makes no notice (law 2)."""
    kind = _kind(change)
    if kind is None or ctx.silent:
        return
    evidence = tuple(_evidence(change))
    details = _details(session, change, kind)
    for person_id, why in _entitled(session, change, kind):
        draft = NoticeDraft(
            kind=kind,
            person_id=person_id,
            event=_event(change),
            why=why,
            at=by.now,
            escalation_id=change.escalation.id,
            urgent=change.assessment.risk is Risk.CRITICAL,
            weight=_weight(change),
            evidence=evidence,
            facts=details | (choice_for(session, change.escalation, person_id) if change.opened else {}),
        )
        post_notice(session, draft, mail_domain=ctx.outgoing.domain)


def _weight(change: Change) -> float:
    """Score times the weight of the contract: a tenfold contract counts as much again, an unknown one as none."""
    return change.assessment.score * (1.0 + log10(1.0 + max(0.0, change.facts.account_value or 0.0)))


def _kind(change: Change) -> NoticeKind | None:
    """The most telling kind that fits; the evidence of the others rides along in the same mail."""
    raised = {r.finding.signal: r for r in change.rises if r.finding.level >= Level.RAISED}
    news = {signal for signal, rise in raised.items() if rise.from_level < Level.RAISED}
    watched = {r.finding.signal for r in change.rises}
    if change.opened:
        return NoticeKind.NEW_ESCALATION
    if Signal.MISSED_PROMISE in news:
        return NoticeKind.PROMISE_MISSED
    if Signal.EXECUTIVE_VISIBILITY in news:
        return NoticeKind.EXECUTIVE_JOINED
    if raised or change.assessment.risk.rank > change.from_risk.rank:
        return NoticeKind.RISK_UP
    if Signal.MISSED_PROMISE in watched:  # not raised: due within hours and nothing sent
        return NoticeKind.PROMISE_DUE
    return None


def _event(change: Change) -> str:
    """Names what happened; the ids are of rows added for this change, so a later change has another name."""
    if change.opened:
        return "opened"
    risen = ",".join(str(r.finding_id) for r in change.rises)
    return f"risen:{risen}:{change.assessment.risk}" + ("" if risen else f":{change.escalation.version}")


def _entitled(session: Session, change: Change, kind: NoticeKind) -> list[tuple[int, str]]:
    """Owner and participants; a promise that is only due soon concerns its maker and the owner alone."""
    people = audience(session, change.escalation)
    if kind is NoticeKind.PROMISE_DUE:
        makers = {e.made_by for e in change.assessment.ledger}
        people = [(p, why) for p, why in people if p.id == change.escalation.owner_id or p.email in makers]
    return [(person.id, why) for person, why in people]


def _evidence(change: Change) -> list[Evidence]:
    """What rose comes first, then what else stands, strongest first."""
    ids = {r.finding.signal: r.finding_id for r in change.rises}
    stand = sorted(
        (f for f in change.assessment.findings if f.level > Level.CLEAR),
        key=lambda f: (f.signal not in ids, -f.level, -f.contribution),
    )
    return [_quote(f, change.facts, ids.get(f.signal)) for f in stand[:MOST_EVIDENCE]]


def _quote(finding: Finding, facts: Facts, finding_id: int | None) -> Evidence:
    message = next(m for m in facts.messages if m.id == finding.message_id)
    party = facts.parties.get(message.author)
    return Evidence(
        signal=finding.signal.value,
        level=int(finding.level),
        quote=finding.quote,
        author=(party.name if party else "") or message.author,
        sent_at=message.sent_at.isoformat(),
        clears_when=finding.clears_when,
        rule_id=finding.rule_id,
        message_id=finding.message_id,
        finding_id=finding_id,
    )


def _details(session: Session, change: Change, kind: NoticeKind) -> dict[str, Any]:
    details: dict[str, Any] = {
        "from": change.from_risk.value,
        "to": change.assessment.risk.value,
        "score": round(change.assessment.score, 2),
        "terms": [
            {"signal": t.signal.value, "contribution": round(t.contribution, 2)} for t in change.assessment.terms
        ],
    }
    if change.called is not None:
        details["path"] = change.called.to_json()
    risen = {r.finding.signal: r.finding for r in change.rises}
    if kind in {NoticeKind.PROMISE_DUE, NoticeKind.PROMISE_MISSED}:
        details |= _promise(session, risen[Signal.MISSED_PROMISE])
    if kind is NoticeKind.EXECUTIVE_JOINED:
        details |= {str(k): v for k, v in risen[Signal.EXECUTIVE_VISIBILITY].features.items()}
    return details


def _promise(session: Session, finding: Finding) -> dict[str, Any]:
    """The ledger's row behind a finding, so that a reminder overtaken by `kept` can be dropped."""
    row = session.scalar(
        select(Promise).where(Promise.message_id == finding.message_id, Promise.start == finding.start)
    )
    due = row.due_at.isoformat() if row and row.due_at else None
    return {"promise_id": row.id if row else None, "quote": finding.quote, "due": due}
