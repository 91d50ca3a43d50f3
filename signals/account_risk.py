"""S4: the customer speaks of leaving, withholding money, the law, a competitor or the public."""

from dataclasses import dataclass
from datetime import timedelta

from config.words import Level, Signal
from signals.evidence import cite_hit
from signals.facts import Msg
from signals.levels import FLOORS, decay
from signals.marks import Hit
from signals.view import Raised, Verdict, View

CLEARS = "some weeks pass without another such sentence, or one of us judges it settled"

WEIGHTS = {
    "leave": 0.8,
    "withhold": 0.8,
    "legal": 0.9,
    "competitor": 0.6,
    "exposure": 0.5,
    "refund": 0.4,
    "anger": 0.4,
}
"""Strength of each kind of threat."""

_ANGER = "anger"
"""Dissatisfaction makes a threat worse and is none by itself; alone it is the tone's matter."""

_LAW_LASTS = 2.0
"""A threat with the law fades half as fast as others."""


@dataclass(frozen=True)
class _Threat:
    """One threatening sentence."""

    msg: Msg
    hit: Hit

    @property
    def weight(self) -> float:
        """Strength of its kind."""
        return WEIGHTS[self.hit.part]


def judge(view: View) -> Verdict:
    """Level by the strongest kind: 2 from .6 on; 3 with another kind within 30 days or when an executive takes part."""
    threats = [_Threat(m, h) for m in view.heard for h in m.reading.group("account_risk")]
    if all(t.hit.part == _ANGER for t in threats):
        return Verdict()
    best = max(threats, key=lambda t: (_left(view, t), t.msg.sent_at, -t.hit.start))
    near = _near(view, best, threats)
    level = _level(view, best, near)
    last = max((t for t in threats if t.hit.part in near), key=lambda t: t.msg.sent_at)
    return Verdict(
        Raised(
            signal=Signal.ACCOUNT_RISK,
            level=level,
            strength=max(_strength(near), FLOORS[level]),
            cited=cite_hit(best.msg, best.hit),
            found_at=best.msg.sent_at,
            last_evidence_at=last.msg.sent_at,
            clears_when=CLEARS,
            half_life=_half_life(view, best),
            fades_from=last.msg.sent_at,
            features={"kinds": sorted(near)},
            text_only=True,
        )
    )


def _half_life(view: View, threat: _Threat) -> float:
    return view.policy.signals.half_lives[Signal.ACCOUNT_RISK] * (_LAW_LASTS if threat.hit.part == "legal" else 1.0)


def _left(view: View, threat: _Threat) -> float:
    return threat.weight * decay(view.facts.calendar, threat.msg.sent_at, view.now, _half_life(view, threat))


def _near(view: View, best: _Threat, threats: list[_Threat]) -> set[str]:
    """The kinds of threat within 30 days of the strongest."""
    window = timedelta(days=view.policy.signals.risk_window_calendar_days)
    return {t.hit.part for t in threats if abs(t.msg.sent_at - best.msg.sent_at) <= window}


def _level(view: View, best: _Threat, near: set[str]) -> Level:
    if best.weight < FLOORS[Level.RAISED]:
        return Level.WATCH
    worse = len(near) > 1 or view.level(Signal.EXECUTIVE_VISIBILITY) >= Level.RAISED
    return Level.CRITICAL if worse else Level.RAISED


def _strength(kinds: set[str]) -> float:
    clear = 1.0
    for kind in kinds:
        clear *= 1.0 - WEIGHTS[kind]
    return 1.0 - clear
