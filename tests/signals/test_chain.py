"""The chain as a whole: order does not matter, nothing flaps, quotes are verbatim, and time is looked at when due."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.policy import Policy, load_policy
from config.words import Level, Risk, Signal
from signals import risk
from signals.calendar import Calendar
from signals.chain import evaluate
from signals.facts import Assessment, Before, Facts, Msg
from signals.risk import Strand

At = Callable[[float], datetime]
Say = Callable[..., Msg]
Tell = Callable[..., Facts]
START = datetime.fromisoformat("2026-05-04T09:00:00+02:00")
CALENDAR = Calendar("Europe/Berlin")
POLICY = load_policy()
TEXTS = [
    ("in", "Which columns feed that total?"),
    ("out", "I will send you the list by 5 pm today."),
    ("in", "Any news? This is my third mail."),
    ("out", "We are looking into it."),
    ("in", "We will cancel our contract and call our lawyers."),
    ("out", "The list is attached, as promised."),
    ("in", "Thank you!"),
]


def drama(say: Say) -> list[Msg]:
    return [say(n, way, 20.0 * n, text) for n, (way, text) in enumerate(TEXTS, 1)]


def test_any_order_of_arrival_ends_in_the_same(policy: Policy, say: Say, tell: Tell, at: At) -> None:
    mails = drama(say)[:5]
    ends = {repr(evaluate(tell(*order), policy, at(120))) for order in permutations(mails)}
    assert len(ends) == 1


def test_a_message_from_later_does_not_exist_yet(policy: Policy, say: Say, tell: Tell, at: At) -> None:
    mails = drama(say)
    assert evaluate(tell(*mails), policy, at(50)) == evaluate(tell(*mails[:2]), policy, at(50))


def test_every_quote_is_the_text_at_its_place(policy: Policy, say: Say, tell: Tell, at: At) -> None:
    mails = {m.id: m for m in drama(say)}
    findings = evaluate(tell(*mails.values()), policy, at(110)).findings
    assert len(findings) >= 3
    assert all(f.quote and f.quote == mails[f.message_id].text[f.start : f.end] for f in findings)


def test_findings_say_what_would_clear_them_and_which_lexicon_spoke(
    policy: Policy, say: Say, tell: Tell, at: At
) -> None:
    findings = evaluate(tell(*drama(say)), policy, at(110)).findings
    assert all(f.clears_when and f.lexicon_version == "en-1" and f.rule_id for f in findings)


def test_an_empty_conversation_is_calm(policy: Policy, tell: Tell, at: At) -> None:
    calm = evaluate(tell(), policy, at(0))
    assert (calm.findings, calm.risk, calm.next_review_at) == ((), Risk.LOW, None)


def test_nothing_changes_between_two_looks_that_were_asked_for(policy: Policy, say: Say, tell: Tell, at: At) -> None:
    facts, now = tell(*drama(say)[:5]), at(100)
    for _ in range(12):
        seen = evaluate(facts, policy, now)
        if seen.next_review_at is None:
            break
        between = evaluate(facts, policy, now + (seen.next_review_at - now) / 2)
        assert shape(between) == shape(seen)
        now = seen.next_review_at


def shape(assessment: Assessment) -> Any:
    return {f.signal: f.level for f in assessment.findings}, [e.state for e in assessment.ledger]


@pytest.mark.parametrize(("hours", "expected"), [(3.9, Level.RAISED), (4.1, Level.WATCH)])
def test_a_level_falls_only_after_quiet_hours(say: Say, tell: Tell, at: At, hours: float, expected: Level) -> None:
    faded = 24 * 42 + 4.25
    before = Before({Signal.ACCOUNT_RISK: (Level.RAISED, at(faded - hours))}, Risk.LOW, at(0))
    facts = tell(say(1, "in", 0, "We are looking at other suppliers before the renewal."), before=before)
    assert evaluate(facts, POLICY, at(faded)).findings[0].level is expected


SCORES = st.lists(st.floats(0, 1), min_size=2, max_size=40)


@given(SCORES)
def test_a_risk_never_falls_before_the_quiet_hours_are_over(scores: list[float]) -> None:
    before, now = Before(risk_since=START), START
    for value in scores:
        settled = risk.settle(risk.Standing(value, Level.CLEAR), before, POLICY.risk, CALENDAR, now)
        assert settled.rank >= before.risk.rank
        if settled is not before.risk:
            before = Before({}, settled, now)
        now += timedelta(minutes=5 if now < START + timedelta(hours=3) else 0)


@given(st.floats(0.02, 0.98), st.lists(st.floats(-0.03, 0.03), min_size=2, max_size=40))
def test_a_trembling_score_does_not_make_the_risk_flap(middle: float, tremble: list[float]) -> None:
    before, now, seen = Before(), START, [Risk.LOW]
    for shift in tremble:
        settled = risk.settle(risk.Standing(middle + shift, Level.CLEAR), before, POLICY.risk, CALENDAR, now)
        if settled is not before.risk:
            before = Before({}, settled, now)
        seen.append(settled)
        now += timedelta(days=1)
    assert all(later.rank >= earlier.rank for earlier, later in pairwise(seen))


@given(st.sampled_from(list(Risk)), st.floats(0, 1), st.integers(0, 100))
def test_a_risk_falls_only_below_the_dead_band(stood: Risk, value: float, hours: int) -> None:
    now = START + timedelta(hours=hours)
    settled = risk.settle(risk.Standing(value, Level.CLEAR), Before({}, stood, START), POLICY.risk, CALENDAR, now)
    if settled.rank < stood.rank:
        assert value < POLICY.risk.bands[stood.rank - 1] - POLICY.risk.dead_band
    if settled.rank > stood.rank:
        assert value >= POLICY.risk.bands[settled.rank - 1]


STRANDS = st.lists(
    st.builds(Strand, st.sampled_from(list(Signal)), st.floats(0, 1), st.floats(0, 1), st.just(10.0), st.booleans()),
    max_size=12,
    unique_by=lambda strand: strand.signal,
)


@given(STRANDS)
def test_a_score_is_a_share_and_no_less_than_its_greatest_term(strands: list[Strand]) -> None:
    value, terms = risk.score(strands, POLICY.risk)
    assert 0 <= value <= 1
    assert value >= max((t.contribution for t in terms), default=0) - 1e-9


def test_words_alone_stay_under_the_cap() -> None:
    spoken = [Strand(signal, 1.0, 1.0, 10.0, text_only=True) for signal in Signal]
    seen = [replace(strand, text_only=False) for strand in spoken]
    alone = POLICY.risk.model_copy(update={"pairs": {}})
    assert risk.score(spoken, alone)[0] == POLICY.risk.text_cap < risk.score(seen, alone)[0]


@given(STRANDS, st.floats(0, 50), st.floats(0, 50))
def test_a_score_only_fades(strands: list[Strand], one: float, more: float) -> None:
    assert risk.score(strands, POLICY.risk, one + more)[0] <= risk.score(strands, POLICY.risk, one)[0] + 1e-9


def test_signals_that_mean_more_together_add_to_the_score() -> None:
    pair = [Strand(s, 0.7, 1.0, 10.0, text_only=False) for s in (Signal.EXECUTIVE_VISIBILITY, Signal.ACCOUNT_RISK)]
    alone = POLICY.risk.model_copy(update={"pairs": {}})
    assert risk.score(pair, POLICY.risk)[0] > risk.score(pair, alone)[0]


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_looking_when_asked_never_makes_a_level_flap(data: st.DataObject, say: Say, tell: Tell) -> None:
    picked = data.draw(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6))
    mails = [say(n, way, 7.0 * n, text) for n, (way, text) in enumerate(picked, 1)]
    levels: list[dict[Signal, Level]] = []
    before, now = Before(), mails[-1].sent_at
    for _ in range(15):
        seen = evaluate(tell(*mails, before=before), POLICY, now)
        current = {f.signal: f.level for f in seen.findings}
        before = Before(
            {s: (v, before.levels[s][1] if before.levels.get(s, (0,))[0] == v else now) for s, v in current.items()},
            seen.risk,
            now,
        )
        levels.append(current)
        if seen.next_review_at is None:
            break
        now = seen.next_review_at
    for signal in Signal:
        course = [step.get(signal, Level.CLEAR) for step in levels]
        peak = course.index(max(course))
        assert course[peak:] == sorted(course[peak:], reverse=True)


def test_what_opens_an_escalation_is_not_called_low() -> None:
    settled = risk.settle(risk.Standing(0.1, Level.RAISED), Before(), POLICY.risk, CALENDAR, START)
    assert settled is Risk.ELEVATED
