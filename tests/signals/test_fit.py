"""Weights fitted to judged cases follow the verdicts, never turn negative, and keep the level of the scores."""

import random
from math import exp

import pytest

from config.policy import load_policy
from config.words import Signal
from signals.fit import FEWEST_CASES, Case, fit

WEIGHTS = load_policy().risk.weights
GOOD, BAD, NEVER = Signal.MISSED_PROMISE, Signal.TONE, Signal.SPREAD


def _judged(count: int) -> list[Case]:
    """Cases in which one signal makes a mail useful and another says nothing of it."""
    dice = random.Random(7)
    cases = []
    for _ in range(count):
        strengths = {GOOD: dice.random(), BAD: dice.random()}
        chance = 1 / (1 + exp(3 - 6 * strengths[GOOD]))
        cases.append(Case(strengths, dice.random() < chance))
    return cases


def test_what_tells_gains_and_what_does_not_loses() -> None:
    level = {GOOD: 0.3, BAD: 0.3}
    found = fit(_judged(FEWEST_CASES), WEIGHTS | level).weights
    assert found[GOOD] > 0.4
    assert found[BAD] < 0.2


def test_a_signal_that_speaks_against_is_worth_nothing_and_never_less() -> None:
    cases = [Case({BAD: n / 400}, n < 200) for n in range(400)]
    assert fit(cases, WEIGHTS).weights[BAD] >= 0.0


def test_a_signal_nobody_judged_keeps_its_place() -> None:
    found = fit(_judged(FEWEST_CASES), WEIGHTS).weights
    order = sorted((s for s in WEIGHTS if s not in (GOOD, BAD)), key=lambda s: WEIGHTS[s])
    assert [found[s] for s in order] == sorted(found[s] for s in order)


def test_the_mean_of_the_scores_stays() -> None:
    cases = _judged(400)
    found = fit(cases, WEIGHTS).weights

    def mean(weights: dict[Signal, float]) -> float:
        return sum(1 - (1 - weights[GOOD] * c.strengths[GOOD]) * (1 - weights[BAD] * c.strengths[BAD]) for c in cases)

    assert mean(found) == pytest.approx(mean(WEIGHTS), rel=0.1)


def test_the_fit_is_better_on_cases_it_has_not_seen() -> None:
    wrong = WEIGHTS | {GOOD: 0.1, BAD: 0.6}
    found = fit(_judged(400), wrong)
    assert found.loss_after < found.loss_before


def test_cases_of_one_verdict_are_refused() -> None:
    with pytest.raises(ValueError, match="fewer than five cases of one verdict"):
        fit([Case({GOOD: 1.0}, useful=True)] * 300, WEIGHTS)
