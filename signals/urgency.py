"""S11: the customer says that it is urgent, or what they say is: production down, data lost, security at stake."""

from collections.abc import Iterator
from dataclasses import dataclass

from config.words import Level, Signal
from signals.evidence import Cited, cite_hit, cite_span
from signals.facts import Msg
from signals.levels import STRENGTHS, decay
from signals.marks import Hit
from signals.outage import is_drill, outages
from signals.view import Raised, Verdict, View

CLEARS = "the customer says it is settled, or a business day or two pass without another such sentence"

LEVELS = {"word": Level.WATCH, "security": Level.RAISED, "data": Level.RAISED}
"""Level of what the customer says; `all` only worsens another."""

_STOPPED = {"down": Level.RAISED, "nobody": Level.CRITICAL}
"""Level of a standstill; `nobody can log in` says by itself that it hits all. `blocked` alone is none."""

_REPLY = ("re:", "aw:", "fw:", "fwd:", "wg:", "tr:", "rv:", "res:", "enc:", "sv:", "antw:")
"""Beginnings of a subject that was not written for this message."""


@dataclass(frozen=True)
class _Cry:
    """One urgent message, its level and the sentence that shows it."""

    msg: Msg
    level: Level
    cited: Cited
    features: dict[str, object]


def judge(view: View) -> Verdict:
    """Level 1 the word; 2 production down, data lost or security; 3 that for all users; one less for a crier."""
    since = max((m.sent_at for m in view.heard if _is_settled(m)), default=None)
    fresh = [m for m in view.heard if since is None or m.sent_at > since]
    cries = [cry for msg in fresh if not is_drill(msg) for cry in _cries(view, msg)]
    if not cries:
        return Verdict()
    half_life = view.policy.signals.half_lives[Signal.URGENCY]
    calendar = view.facts.calendar
    best = max(
        cries, key=lambda c: (STRENGTHS[c.level] * decay(calendar, c.msg.sent_at, view.now, half_life), -c.cited.start)
    )
    return Verdict(
        Raised(
            signal=Signal.URGENCY,
            level=best.level,
            strength=STRENGTHS[best.level],
            cited=best.cited,
            found_at=best.msg.sent_at,
            last_evidence_at=max(c.msg.sent_at for c in cries),
            clears_when=CLEARS,
            half_life=half_life,
            fades_from=best.msg.sent_at,
            features=best.features,
            text_only=True,
        )
    )


def _is_settled(msg: Msg) -> bool:
    """Whether the customer says that it is done; thanks alone (`merci d'intervenir`) settle nothing."""
    return msg.reading.closing and msg.reading.has("closing", "received", "withdrawn")


def _cries(view: View, msg: Msg) -> Iterator[_Cry]:
    level, cited, features = _worst(msg)
    if cited is None:
        return
    if _cries_often(view, msg.author):
        level, features = Level(level - 1), features | {"usual_for_sender": True}
    if level:
        yield _Cry(msg, level, cited, features)


def _worst(msg: Msg) -> tuple[Level, Cited | None, dict[str, object]]:
    """The worst the message says, with its sentence; the subject alone is worth watching only."""
    said = [(LEVELS[h.part], h) for h in msg.reading.group("urgency") if h.part in LEVELS]
    said += [(_STOPPED[h.part], h) for h in outages(msg) if h.part in _STOPPED]
    if said:
        level, hit = max(said, key=lambda pair: (pair[0], -pair[1].start))
        every = level is Level.RAISED and _hits_all(msg, hit)
        features: dict[str, object] = {"kind": hit.part} | ({"all_users": True} if every else {})
        return (Level.CRITICAL if every else level), cite_hit(msg, hit), features
    if "urgent" in msg.reading.subject and not msg.subject.lower().startswith(_REPLY) and msg.text.strip():
        return Level.WATCH, cite_span(msg, msg.reading.lead, "urgency.subject"), {"kind": "word", "subject": True}
    return Level.CLEAR, None, {}


def _hits_all(msg: Msg, hit: Hit) -> bool:
    """Whether the message says that it hits all users, and it is a standstill that does."""
    return hit.group == "outage" and any(h.part == "all" for h in msg.reading.group("urgency"))


def _cries_often(view: View, address: str) -> bool:
    habit, policy = view.facts.habits.get(address), view.policy.signals
    if habit is None or habit.mails < policy.urgency_habit_mails:
        return False
    return habit.urgent / habit.mails > policy.urgency_habit_share
