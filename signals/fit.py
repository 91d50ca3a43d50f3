"""Fits the signals' weights to judged cases: a monotone logistic regression, in the terms of the noisy-or score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, log1p

from config.words import Signal

FEWEST_CASES = 200
"""Judged cases below which weights would follow chance; each signal then has some 15 of its own."""

_ROUNDS = 400
_RIDGE = 0.02
"""Pull towards the present weights, per case: what few cases speak of stays about where it is."""

_MOST = 0.95
_FOLDS = 5


@dataclass(frozen=True)
class Case:
    """What stood when somebody judged: the strength (0 to 1, after decay) of each signal, and the verdict."""

    strengths: Mapping[Signal, float]
    useful: bool


@dataclass(frozen=True)
class Fit:
    """Proposed weights, and the mean log loss (nats) of old and new over cases that were held out of the fit."""

    weights: dict[Signal, float]
    loss_before: float
    loss_after: float


def fit(cases: Sequence[Case], weights: Mapping[Signal, float]) -> Fit:
    """The weights that tell useful cases from noise best; none is negative, so more evidence never lowers a score.

    The score is 1 - prod(1 - w x), so -log(1 - score) is nearly the sum of u x with u = -log(1 - w). That sum is what
    the regression weighs: P(useful) = logistic(b + k sum(u x)), u >= 0. Of the solutions the one is taken that leaves
    the mean of the sum over the cases as it was, so that the bands of the risk keep their meaning.

    Raises:
        ValueError: all cases have the same verdict, or there are fewer than five of one.
    """
    if min(sum(c.useful for c in cases), sum(not c.useful for c in cases)) < _FOLDS:
        raise ValueError("there are fewer than five cases of one verdict: nothing can be told apart")
    prior = {signal: -log1p(-min(weight, _MOST)) for signal, weight in weights.items()}
    before = after = 0.0
    for fold in range(_FOLDS):
        held = [c for n, c in enumerate(cases) if n % _FOLDS == fold]
        rest = [c for n, c in enumerate(cases) if n % _FOLDS != fold]
        before += _loss(held, *_scaled(rest, prior))
        after += _loss(held, *_solve(rest, prior))
    slopes, _bias = _solve(cases, prior)
    return Fit(_as_weights(cases, slopes, prior), before / len(cases), after / len(cases))


def _solve(cases: Sequence[Case], prior: Mapping[Signal, float]) -> tuple[dict[Signal, float], float]:
    """Slopes and bias by projected gradient steps from the best scaling of the prior."""
    slopes, bias = _scaled(cases, prior)
    anchor = dict(slopes)
    step = 4.0 / (1.0 + max(sum(x * x for x in c.strengths.values()) for c in cases))
    for _ in range(_ROUNDS):
        pull = {signal: _RIDGE * (slopes[signal] - anchor[signal]) for signal in slopes}
        lean = 0.0
        for case in cases:
            error = (_chance(case, slopes, bias) - case.useful) / len(cases)
            lean += error
            for signal, x in case.strengths.items():
                if signal in pull:
                    pull[signal] += error * x
        bias -= step * lean
        slopes = {signal: max(0.0, slope - step * pull[signal]) for signal, slope in slopes.items()}
    return slopes, bias


def _scaled(cases: Sequence[Case], prior: Mapping[Signal, float]) -> tuple[dict[Signal, float], float]:
    """The present weights at their best: one scale and one bias, found by Newton's steps."""
    scale, bias = 1.0, 0.0
    sums = [(sum(prior.get(s, 0.0) * x for s, x in c.strengths.items()), c.useful) for c in cases]
    for _ in range(_ROUNDS // 20):
        g = h = gb = hb = hx = 0.0
        for z, useful in sums:
            p = _logistic(scale * z + bias)
            v = p * (1.0 - p)
            g, gb = g + (p - useful) * z, gb + (p - useful)
            h, hx, hb = h + v * z * z, hx + v * z, hb + v
        h, hb = h + 1e-3, hb + 1e-3
        det = h * hb - hx * hx
        scale, bias = scale - (hb * g - hx * gb) / det, bias - (h * gb - hx * g) / det
        scale, bias = min(max(scale, 0.05), 20.0), min(max(bias, -20.0), 20.0)
    return {signal: scale * u for signal, u in prior.items()}, bias


def _as_weights(
    cases: Sequence[Case], slopes: Mapping[Signal, float], prior: Mapping[Signal, float]
) -> dict[Signal, float]:
    def total(of: Mapping[Signal, float]) -> float:
        return sum(of.get(s, 0.0) * x for c in cases for s, x in c.strengths.items())

    scale = total(prior) / (total(slopes) or 1.0)
    return {signal: round(min(_MOST, 1.0 - exp(-scale * slope)), 2) for signal, slope in slopes.items()}


def _chance(case: Case, slopes: Mapping[Signal, float], bias: float) -> float:
    return _logistic(bias + sum(slopes.get(s, 0.0) * x for s, x in case.strengths.items()))


def _logistic(z: float) -> float:
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, z))))


def _loss(cases: Sequence[Case], slopes: Mapping[Signal, float], bias: float) -> float:
    """Summed log loss."""
    return -sum(log(p if case.useful else 1.0 - p) for case in cases for p in [_chance(case, slopes, bias)])
