"""Says how high an escalation and an account stand: the live findings of all their conversations, taken together."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.orm import Session

from config.policy import RiskPolicy
from config.recordwords import DutyState
from config.words import Level, Risk, Signal
from signals import risk
from signals.calendar import Calendar
from signals.facts import Before, Term
from store.bulk import among, just, one_of
from store.mail import Conversation
from store.people import Account, Person
from store.record import Escalation
from store.risk import FindingRow
from store.tasks import Duty
from store.visibility import visible
from workflow.change import By
from workflow.record import set_risk
from workflow.states import ACTIVE

MOST_NAMED = 2
"""Duties that a reason names; more are counted."""


@dataclass(frozen=True)
class Together:
    """What several conversations come to: of each signal its strongest finding, in one noisy-or."""

    risk: Risk
    score: float
    terms: tuple[Term, ...]
    floor: "Floor | None" = None


@dataclass(frozen=True)
class Floor:
    """Overdue duties of the playbook, and the risk that the escalation does not fall below while they are."""

    risk: Risk
    duties: tuple[str, ...]


def issue_standing(
    session: Session, escalation: Escalation, policy: RiskPolicy, now: datetime, *, lifted: bool = False
) -> Together:
    """How high the escalation stands; never below the highest of its conversations, which falls late by itself.

    An overdue duty puts a floor under it. Once that is `lifted` the risk goes back to what the findings come to.
    """
    before = Risk.LOW if lifted else Risk(escalation.risk)
    found = _together(session, Conversation.escalation_id == escalation.id, before, policy, now)
    floor = _floor(session, escalation, policy, now)
    if floor is None:
        return found
    return replace(found, risk=max(found.risk, floor.risk, key=lambda each: each.rank), floor=floor)


def say_few(texts: Sequence[str]) -> str:
    """The duties by their words, or how many they are where that would be a list."""
    return "; ".join(texts) if len(texts) <= MOST_NAMED else f"{len(texts)} duties of the playbook"


def carry_risk(session: Session, by: By, escalation: Escalation, policy: RiskPolicy, *, lifted: bool = False) -> bool:
    """Write down where the escalation stands now; False when it stands there already."""
    session.flush()
    stands = issue_standing(session, escalation, policy, by.now, lifted=lifted)
    if stands.risk.value == escalation.risk:
        return False
    because = by
    if stands.floor is not None and stands.risk is stands.floor.risk:
        because = replace(by, reason=f"overdue: {say_few(stands.floor.duties)}")
    set_risk(session, because, escalation, stands.risk)
    return True


def _floor(session: Session, escalation: Escalation, policy: RiskPolicy, now: datetime) -> Floor | None:
    """What overdue duties demand of the risk; nothing of an escalation that is resolved."""
    if escalation.state not in ACTIVE:
        return None
    overdue = select(Duty.playbook, Duty.text).where(
        Duty.escalation_id == escalation.id, just(Duty.state, DutyState.OPEN), Duty.due_at <= now
    )
    rows = session.execute(overdue.order_by(Duty.due_at, Duty.n)).all()
    floors = {str(name): risk for name, risk in policy.overdue_duty_floors.items()}
    held = [(floors[row.playbook], row.text) for row in rows if row.playbook in floors]
    if not held:
        return None
    return Floor(max((each for each, _ in held), key=lambda each: each.rank), tuple(text for _, text in held))


def account_standing(session: Session, account: Account, policy: RiskPolicy, now: datetime) -> Together:
    """How high the account stands, by all its conversations."""
    return _weigh(_seen_of_accounts(session, [account.id])[account.id], Risk(account.risk), policy, now)


def account_standing_for(
    session: Session, person: Person, account_id: int, policy: RiskPolicy, now: datetime
) -> Together:
    """How high the account stands for somebody: what they may not see adds nothing (law 7)."""
    seen = Conversation.escalation_id.in_(select(Escalation.id).where(visible(person)))
    these = and_(Conversation.account_id == account_id, or_(Conversation.escalation_id.is_(None), seen))
    return _together(session, these, Risk.LOW, policy, now)


def carry_to_accounts(session: Session, account_ids: Sequence[int], policy: RiskPolicy, now: datetime) -> None:
    """Bring the accounts' risk up to their conversations'; locked in order of id, so that workers never deadlock."""
    locked = select(Account).where(among(Account.id, account_ids)).order_by(Account.id).with_for_update(key_share=True)
    accounts = session.scalars(locked.execution_options(populate_existing=True)).all()
    seen = _seen_of_accounts(session, account_ids)
    for account in accounts:
        stands = _weigh(seen[account.id], Risk(account.risk), policy, now)
        account.score = stands.score
        if stands.risk.value != account.risk:
            account.risk, account.risk_since = stands.risk.value, now


@dataclass(frozen=True)
class _Seen:
    """The live findings of some conversations, the strongest last, and the risks these have by themselves."""

    findings: list[Row[int | None, str, float, int, bool]] = field(default_factory=list)
    risks: set[Risk] = field(default_factory=set)


_F = FindingRow
_FINDINGS = (
    select(Conversation.account_id, _F.signal, _F.strength, _F.level, _F.text_only)
    .join(Conversation, Conversation.id == _F.conversation_id)
    .where(_F.ended_at.is_(None))
    .order_by(_F.strength)
)
_RISKS = select(Conversation.account_id, Conversation.risk).where(Conversation.merged_into.is_(None)).distinct()
_OF_ACCOUNTS = one_of(Conversation.account_id, "accounts")
_ACCOUNTS_FINDINGS, _ACCOUNTS_RISKS = _FINDINGS.where(_OF_ACCOUNTS), _RISKS.where(_OF_ACCOUNTS)


def _seen_of_accounts(session: Session, account_ids: Sequence[int]) -> dict[int, _Seen]:
    """What the conversations of each account say, read for all of them at once."""
    seen = {account: _Seen() for account in account_ids}
    for row in session.execute(_ACCOUNTS_FINDINGS, {"accounts": list(account_ids)}):
        seen[row.account_id or 0].findings.append(row)
    for account, stands in session.execute(_ACCOUNTS_RISKS, {"accounts": list(account_ids)}):
        seen[account or 0].risks.add(Risk(stands))
    return seen


def _together(
    session: Session, these: ColumnElement[bool], before: Risk, policy: RiskPolicy, now: datetime
) -> Together:
    findings = list(session.execute(_FINDINGS.where(these)))
    return _weigh(_Seen(findings, {Risk(r.risk) for r in session.execute(_RISKS.where(these))}), before, policy, now)


def _weigh(seen: _Seen, before: Risk, policy: RiskPolicy, now: datetime) -> Together:
    rows = seen.findings
    # Strengths are stored with their decay up to the last look, and every look stores them anew: none is left to do.
    strongest = {row.signal: risk.Strand(Signal(row.signal), row.strength, 1.0, 1.0, row.text_only) for row in rows}
    score, terms = risk.score(list(strongest.values()), policy)
    level = Level(max((row.level for row in rows), default=0))
    own = risk.settle(risk.Standing(score, level), Before(risk=before), policy, Calendar(), now)
    highest = max((own, *seen.risks), key=lambda each: each.rank)
    return Together(highest, score, terms)
