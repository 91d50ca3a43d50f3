"""S12: the customer's tone turns sour against how they usually write."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from config.fold import fold
from config.words import Level, Signal
from signals.complaint import worst_words
from signals.evidence import cite_span
from signals.facts import Habit, Msg
from signals.levels import STRENGTHS, decay
from signals.marks import Tone
from signals.view import Raised, Verdict, View

CLEARS = "the customer says it is settled, or a week passes without another mail in that tone"


@dataclass(frozen=True)
class _Turn:
    """One mail that stands out: how far its sender's tone rose with it, in logits, above what is usual for whom."""

    msg: Msg
    tone: Tone
    level: Level
    rise: float
    usual: float
    whose: str


def judge(view: View) -> Verdict:
    """Level 1 a rise of 1.0 logits, 2 of 1.8 beside another signal; in this chain the others were judged before."""
    since = max((m.sent_at for m in view.heard if _is_settled(view, m)), default=None)
    turns = [turn for turn in _turns(view) if since is None or turn.msg.sent_at > since]
    if not turns:
        return Verdict()
    half_life = view.policy.signals.half_lives[Signal.TONE]

    def left(turn: _Turn) -> float:
        return STRENGTHS[turn.level] * decay(view.facts.calendar, turn.msg.sent_at, view.now, half_life)

    best = max(turns, key=lambda turn: (left(turn), turn.rise, -turn.msg.id))
    language = best.msg.reading.language
    return Verdict(
        Raised(
            signal=Signal.TONE,
            level=best.level,
            strength=STRENGTHS[best.level],
            cited=cite_span(best.msg, (best.tone.start, best.tone.end), f"{language}.tone"),
            found_at=best.msg.sent_at,
            last_evidence_at=max(turn.msg.sent_at for turn in turns),
            clears_when=CLEARS,
            half_life=half_life,
            fades_from=best.msg.sent_at,
            features=_features(best),
            text_only=True,
        )
    )


def _is_settled(view: View, msg: Msg) -> bool:
    """Whether the customer says that it is done, and not in that tone (`it finally works, what a shambles`)."""
    tone = msg.reading.tone
    if tone is not None and tone.score >= view.policy.signals.tone_watch_rise_logits:
        return False
    return msg.reading.closing and msg.reading.has("closing", "received", "withdrawn")


def _features(turn: _Turn) -> dict[str, object]:
    sentence = fold(turn.msg.text[turn.tone.start : turn.tone.end])
    return {
        "rise_logits": round(turn.rise, 2),
        "usual_logits": round(turn.usual, 2),
        "usual_of": turn.whose,
        "words": worst_words(sentence, turn.msg.reading.language),
    }


def _turns(view: View) -> Iterator[_Turn]:
    """Every sour mail with which its sender's smoothed score stood far enough above their usual one."""
    share = view.policy.signals.tone_newest_share
    smoothed: dict[str, float] = {}
    earlier: dict[str, list[float]] = defaultdict(list)
    for msg in view.heard:
        tone = msg.reading.tone
        if tone is None:
            continue
        usual, whose = _usual(view, msg.author, earlier[msg.author])
        before = smoothed.get(msg.author, usual)
        smoothed[msg.author] = share * tone.score + (1 - share) * before
        earlier[msg.author].append(tone.score)
        rise = smoothed[msg.author] - usual
        level = _level(view, rise)
        if level and tone.score > before and tone.end > tone.start:
            yield _Turn(msg, tone, level, rise, usual, whose)


def _level(view: View, rise: float) -> Level:
    """A tone alone never stands above level 1: it needs another signal beside it."""
    policy = view.policy.signals
    if rise < policy.tone_watch_rise_logits:
        return Level.CLEAR
    if rise < policy.tone_raised_rise_logits:
        return Level.WATCH
    return Level.RAISED if any(map(_stands_by_itself, view.found.values())) else Level.WATCH


def _stands_by_itself(raised: Raised) -> bool:
    """Whether another signal says more than the tone; a threat of nothing but anger is the same words heard twice."""
    return bool(raised.standing) and raised.features.get("kinds") != ["anger"]


def _usual(view: View, author: str, earlier: list[float]) -> tuple[float, str]:
    """The median of the sender's mails, and whose it is.

    Who wrote too few mails elsewhere is also judged by their earlier ones here; what is then still missing is filled up
    with what is usual for the account, or failing that, for anybody.
    """
    policy = view.policy.signals
    least = policy.tone_habit_mails
    own = list(view.facts.habits.get(author, Habit()).tones)
    if len(own) < least:
        own += earlier
    if len(own) >= least:
        return median(own), "sender"
    account = view.facts.habits.get("", Habit()).tones
    whose, base = ("account", median(account)) if len(account) >= least else ("anybody", policy.tone_usual_logits)
    return median([*own, *[base] * (least - len(own))]), whose
