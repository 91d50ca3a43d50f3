"""Looks at conversations afresh: facts, findings, risk, decision - all in the caller's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from config.words import Channel, Level, Risk, State
from signals.chain import evaluate
from signals.facts import Assessment, Facts
from store.bulk import among, one_of
from store.mail import Conversation
from store.record import Escalation, Participant
from store.risk import RiskChange
from workflow import record
from workflow.announce import Change, announce
from workflow.assignments import keep_choice
from workflow.context import Context
from workflow.duties import follow_path
from workflow.findings import Rise, keep_findings, live_findings
from workflow.gather import gather
from workflow.incidents import leave_traces
from workflow.paths import heed_triggers
from workflow.promises import keep_ledger, stored_promises
from workflow.record import By, Opening
from workflow.roster import Roster
from workflow.routing import route
from workflow.shadow import keep_shadow
from workflow.standing import carry_risk, carry_to_accounts

ACTOR = "smokewatch"
"""Who the audit names for what the program did by itself."""


DONE = (State.RESOLVED, State.CLOSED)


@dataclass(frozen=True)
class _Case:
    """One conversation with all that one look at it brought; `moved` when any level or the risk changed."""

    conversation: Conversation
    facts: Facts
    assessment: Assessment
    rises: list[Rise]
    from_risk: Risk
    moved: bool

    @property
    def raised(self) -> bool:
        """Whether something rose far enough to matter to people."""
        return any(r.finding.level >= Level.RAISED for r in self.rises)


_LOCKED = (
    select(Conversation)
    .where(one_of(Conversation.id, "ids"))
    .order_by(Conversation.id)
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)


def assess(session: Session, conversation_ids: Sequence[int], ctx: Context, now: datetime) -> None:
    """Evaluate the conversations at `now` and do what follows from it.

    Their rows are locked in order of id, so that two workers never decide on one conversation at once.
    """
    ids = sorted(set(conversation_ids))
    conversations = [c for c in session.scalars(_LOCKED, {"ids": ids}) if not c.merged_into]
    facts = gather(session, conversations)
    live = live_findings(session, ids)
    stored = stored_promises(session, ids)
    cases = []
    with session.no_autoflush:
        for conversation in conversations:
            assessment = evaluate(facts[conversation.id], ctx.policy, now)
            rises = keep_findings(session, conversation.id, live[conversation.id], assessment.findings, now)
            keep_shadow(session, conversation.id, assessment.shadow, ctx.policy, now)
            keep_ledger(session, conversation.id, stored[conversation.id], assessment.ledger)
            stood = conversation.risk_state
            from_risk = _keep_risk(session, conversation, assessment, now)
            moved = conversation.risk_state is not stood or assessment.risk is not from_risk
            cases.append(_Case(conversation, facts[conversation.id], assessment, rises, from_risk, moved))
    leave_traces(session, [(c.conversation, c.facts) for c in cases], now)
    session.flush()  # once for all: every row and its id is there before anybody is told of it
    _lock_escalations(session, conversations)
    for case in cases:
        _decide(session, case, ctx, now)
    moved_accounts = {c.conversation.account_id or 0 for c in cases if c.moved} - {0}
    if moved_accounts:
        carry_to_accounts(session, sorted(moved_accounts), ctx.policy.risk, now)


def _lock_escalations(session: Session, conversations: Sequence[Conversation]) -> None:
    """Lock all that will be decided on in order of number, as commands do: taken one by one they would deadlock."""
    ids = {c.escalation_id for c in conversations if c.escalation_id is not None}
    if len(ids) > 1:
        session.execute(
            select(Escalation.id).where(among(Escalation.id, ids)).order_by(Escalation.id).with_for_update()
        )


_REVIEW = (
    update(Conversation)
    .where(one_of(Conversation.id, "ids"))
    .values(next_review_at=bindparam("at"))
    .execution_options(synchronize_session=False)
)


def review_later(session: Session, conversation_ids: Iterable[int], now: datetime) -> None:
    """Leave the conversations to the sweep, which waits until all older mail is read.

    After an outage, or at the first look into a full mailbox, a customer's mails may be read before our answers to
    them; judged at once they would raise alarms that nobody needs.
    """
    session.execute(_REVIEW, {"ids": list(conversation_ids), "at": now})


def _keep_risk(session: Session, conversation: Conversation, assessment: Assessment, now: datetime) -> Risk:
    """Store the new risk and what hysteresis must remember; returns the risk before."""
    before = Risk(conversation.risk)
    if assessment.risk is not before:
        terms = {t.signal.value: round(t.contribution, 4) for t in assessment.terms}
        session.add(
            RiskChange(
                conversation_id=conversation.id,
                at=now,
                from_risk=before.value,
                to_risk=assessment.risk.value,
                score=assessment.score,
                terms=terms,
            )
        )
        conversation.risk, conversation.risk_since = assessment.risk.value, now
    was = conversation.risk_state.get("levels", {})
    levels = {}
    for f in assessment.findings:
        stood = was.get(f.signal.value)
        levels[f.signal.value] = stood if stood and stood[0] == f.level else [int(f.level), now.isoformat()]
    if levels != was:
        conversation.risk_state = {"levels": levels}
    conversation.score = assessment.score
    conversation.next_review_at = assessment.next_review_at
    return before


def _decide(session: Session, case: _Case, ctx: Context, now: datetime) -> None:
    """Open, take up again or only tell - whatever the policy says of this change."""
    by = By(person_id=None, actor=ACTOR, channel=Channel.SYSTEM, now=now, mail_domain=ctx.outgoing.domain)
    escalation = _current(session, case.conversation)
    opened = escalation is None
    if escalation is None:
        if not _should_open(case, ctx):
            return
        escalation = _open(session, case, ctx, by)
    elif escalation.state in DONE:
        if not case.raised:
            return
        strongest = max(case.rises, key=lambda r: r.finding.level).finding
        reason = f"new evidence after it was {escalation.state}: {strongest.quote!r}"
        # A locked record stays closed until an admin unlocks it; people are told all the same.
        if escalation.locked_at is None:
            record.move_state(session, replace(by, reason=reason), escalation, State.OPEN)
    carry_risk(session, by, escalation, ctx.policy.risk)
    called = heed_triggers(session, by, escalation, case.rises, ctx)
    if opened and not ctx.silent and ctx.playbooks is not None:
        follow_path(session, by, escalation, ctx.playbooks)
    change = Change(escalation, case.facts, case.assessment, case.rises, case.from_risk, opened, called)
    announce(session, change, ctx, by)


def _should_open(case: _Case, ctx: Context) -> bool:
    risk = ctx.policy.risk
    return any(f.level >= risk.open_at_level for f in case.assessment.findings) or (
        case.assessment.score >= risk.open_at_score
    )


def _current(session: Session, conversation: Conversation) -> Escalation | None:
    if conversation.escalation_id is None:
        return None
    return record.lock(session, conversation.escalation_id)


def _open(session: Session, case: _Case, ctx: Context, by: By) -> Escalation:
    conversation = case.conversation
    to = route(conversation, case.facts, Roster(session, ctx.matrix, by.now), case.assessment.risk)
    strongest = max(case.assessment.findings, key=lambda f: (f.level, f.contribution))
    opening = Opening(
        title=conversation.subject or case.facts.account_name,
        account_id=conversation.account_id,
        team_id=conversation.team_id,
        conversation_ids=(conversation.id,),
        why=f"{strongest.signal.value.replace('_', ' ')}: {strongest.quote}",
        owner_id=to.owner_id,
        participant_ids=tuple(to.told),
        risk=case.assessment.risk,
    )
    escalation = record.open_escalation(session, by, opening)
    for person_id, why in to.told.items():
        session.get_one(Participant, (escalation.id, person_id)).why = why
    if to.chosen is not None:
        keep_choice(session, by, escalation, to.chosen)
    return escalation
