"""An escalation and an account stand where all their conversations together put them."""

import pytest
from sqlalchemy import select

from config.policy import load_policy
from config.words import Risk
from store.mail import Conversation
from store.risk import FindingRow
from store.visibility import may_see
from tests.workflow.desk import Desk
from tests.workflow.findings import add_message
from workflow.standing import Together, account_standing, account_standing_for, carry_to_accounts, issue_standing

POLICY = load_policy().risk


def _found(desk: Desk, conversation: Conversation, signal: str, strength: float = 0.7, level: int = 1) -> None:
    message = add_message(desk, conversation, f"{signal} of {conversation.id}")
    row = FindingRow(
        conversation_id=conversation.id, signal=signal, level=level, from_level=0, strength=strength, contribution=0.1,
        rule_id="r.1", lexicon_version="1", message_id=message.id, start=0, end=5, quote="proof", features={},
        clears_when="so", found_at=desk.now, last_evidence_at=desk.now,
    )  # fmt: skip
    desk.session.add(row)
    desk.session.flush()


def _issue(desk: Desk) -> Together:
    return issue_standing(desk.session, desk.esc, POLICY, desk.now)


def test_two_conversations_come_to_more_than_either(desk: Desk) -> None:
    for signal in ("missed_promise", "executive_visibility"):
        _found(desk, desk.conversation(esc=desk.esc), signal, strength=0.8)
    found = _issue(desk)
    assert found.score == pytest.approx(1 - (1 - 0.55 * 0.8) * (1 - 0.45 * 0.8))
    assert found.risk is Risk.HIGH
    assert {t.signal.value: round(t.contribution, 2) for t in found.terms} == {
        "missed_promise": 0.44, "executive_visibility": 0.36,
    }  # fmt: skip


def test_the_same_signal_twice_counts_as_its_strongest(desk: Desk) -> None:
    for strength in (0.4, 0.8):
        _found(desk, desk.conversation(esc=desk.esc), "missed_promise", strength=strength)
    assert _issue(desk).score == pytest.approx(0.55 * 0.8)


def test_nothing_stands_lower_than_its_highest_conversation(desk: Desk) -> None:
    desk.conversation(esc=desk.esc).risk = "critical"
    desk.session.flush()
    assert _issue(desk).risk is Risk.CRITICAL


def test_an_issue_falls_only_past_the_dead_band(desk: Desk) -> None:
    _found(desk, desk.conversation(esc=desk.esc), "missed_promise", strength=0.6)
    desk.esc.risk = "elevated"
    assert _issue(desk).score < POLICY.bands[0]
    assert _issue(desk).risk is Risk.ELEVATED


def test_an_account_stands_by_all_its_conversations(desk: Desk) -> None:
    _found(desk, desk.conversation(esc=desk.esc), "missed_promise", strength=0.8)
    _found(desk, desk.conversation(), "executive_visibility", strength=0.8)
    carry_to_accounts(desk.session, [desk.account.id], POLICY, desk.now)
    assert (desk.account.risk, desk.account.risk_since) == ("high", desk.now)
    assert desk.account.score == account_standing(desk.session, desk.account, POLICY, desk.now).score


def test_what_ended_counts_no_more(desk: Desk) -> None:
    _found(desk, desk.conversation(esc=desk.esc), "missed_promise")
    desk.session.scalars(select(FindingRow)).one().ended_at = desk.now
    desk.session.flush()
    assert (_issue(desk).score, _issue(desk).terms) == (0.0, ())


def test_what_somebody_may_not_see_adds_nothing_for_them(desk: Desk) -> None:
    _found(desk, desk.conversation(esc=desk.esc), "missed_promise", strength=0.8)
    _found(desk, desk.conversation(), "tone", strength=0.8)
    desk.account.risk = "high"
    assert not may_see(desk.session, desk.stan.id, desk.esc.id)
    found = account_standing_for(desk.session, desk.stan, desk.account.id, POLICY, desk.now)
    assert [t.signal.value for t in found.terms] == ["tone"]
    assert found.risk is Risk.LOW
