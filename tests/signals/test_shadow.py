"""A rule in shadow is recorded and counts for nothing; without it the others judge what is left."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from config.policy import Policy
from config.words import Level, Risk, Signal
from signals.chain import evaluate
from signals.facts import Assessment, Facts, Msg

At = Callable[[float], datetime]
Say = Callable[..., Msg]
Tell = Callable[..., Facts]
THREAT = "We will cancel our contract with you."


@pytest.fixture
def judged(say: Say, tell: Tell, at: At, policy: Policy) -> Callable[..., Assessment]:
    """What stands an hour after a mail, with some rules in shadow."""

    def judge(text: str, *rules: str) -> Assessment:
        tried = policy.model_copy(update={"shadow": dict.fromkeys(rules, "ann@us.example")})
        return evaluate(tell(say(1, "in", 0, text)), tried, at(1))

    return judge


def _said(findings: Any) -> list[tuple[Signal, Level]]:
    """What is said of the account; a threat has a tone as well."""
    return [(f.signal, f.level) for f in findings if f.signal is Signal.ACCOUNT_RISK]


def test_a_signal_in_shadow_is_told_apart_and_moves_no_risk(judged: Callable[..., Assessment]) -> None:
    found = judged(THREAT, "account_risk")
    assert (_said(found.findings), found.risk) == ([], Risk.LOW)
    assert Signal.ACCOUNT_RISK not in {term.signal for term in found.terms}
    assert _said(found.shadow) == [(Signal.ACCOUNT_RISK, Level.RAISED)]


def test_without_a_shadow_nothing_is_told_apart(judged: Callable[..., Assessment]) -> None:
    found = judged(THREAT)
    assert _said(found.findings) == [(Signal.ACCOUNT_RISK, Level.RAISED)]
    assert found.shadow == ()


def test_one_rule_in_shadow_leaves_the_others_to_judge(judged: Callable[..., Assessment]) -> None:
    found = judged(f"We want a refund for May. {THREAT}", "en.leave.contract")
    assert _said(found.findings) == [(Signal.ACCOUNT_RISK, Level.WATCH)]
    assert _said(found.shadow) == [(Signal.ACCOUNT_RISK, Level.CRITICAL)]


def test_the_proof_of_a_shadow_is_verbatim(judged: Callable[..., Assessment]) -> None:
    (finding,) = (f for f in judged(THREAT, "account_risk").shadow if f.signal is Signal.ACCOUNT_RISK)
    assert finding.quote == THREAT[finding.start : finding.end] == THREAT


def test_a_name_that_is_no_rule_is_refused(policy: Policy) -> None:
    with pytest.raises(ValidationError, match="'tones' is no rule: name a signal"):
        Policy.model_validate(policy.model_dump() | {"shadow": {"tones": "ann@us.example"}})
