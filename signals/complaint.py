"""Scores how much a text complains, in logits, by weighted phrases; its worst sentence is the proof."""

from typing import NamedTuple

from config.grumbles import grumbles
from signals.marks import Span, Tone

_SENTENCE_MOST, _TEXT_MOST, _TEXT_LEAST = 4.0, 6.0, -0.5
"""Bounds in logits: one furious sentence is no more than a few, and thanks do not make room for the next complaint."""

_FURTHER = 0.5
"""Part that each further sour sentence adds, of what the one before it did: a long mail is not angrier for it."""

_SHOUT, _SHOUT_WORDS = 1.0, 4
"""Logits of a sentence all in capitals, from so many words on; shorter ones are headings and abbreviations."""

_MOST_PHRASES = 200
"""Phrases of one text that are weighed; a text of nothing else is an attack."""

_MOST_WORDS = 3


class Phrase(NamedTuple):
    """A weighted phrase and where it begins."""

    weight: float
    start: int
    end: int


def complaint(text: str, folded: bytes, sentences: tuple[Span, ...], language: str) -> Tone:
    """How much `text` complains; `folded` is the same text folded, places are in both."""
    scores: dict[Span, float] = {}
    found, sentence = _phrases(folded, language), iter(sentences)
    here = next(sentence, (0, 0))
    for phrase in found:
        while phrase.start >= here[1] and (following := next(sentence, None)):
            here = following
        scores[here] = scores.get(here, 0.0) + phrase.weight
    for span in sentences:
        if text[span[0] : span[1]].isupper() and _is_shouted(text[span[0] : span[1]]):
            scores[span] = scores.get(span, 0.0) + _SHOUT
    worst = max(scores, key=lambda span: (scores[span], -span[0]), default=(0, 0))
    return Tone(_total(list(scores.values())), *worst)


def worst_words(sentence: bytes, language: str) -> list[str]:
    """The heaviest phrases of a folded sentence, the heaviest first."""
    heavy = sorted((p for p in _phrases(sentence, language) if p.weight > 0), key=lambda p: (-p.weight, p.start))
    return [sentence[p.start : p.end].decode() for p in heavy[:_MOST_WORDS]]


def _phrases(folded: bytes, language: str) -> list[Phrase]:
    known = grumbles(language)
    found = []
    for (start, end), *_ in known.pattern.finditer(folded):
        found.append(Phrase(known.weight(folded[start:end]), start, end))
        if len(found) == _MOST_PHRASES:
            break
    return found


def _is_shouted(sentence: str) -> bool:
    return len(sentence.split()) >= _SHOUT_WORDS and sentence[-1] in "!?."


def _total(scores: list[float]) -> float:
    """The worst sentence whole, each further one by a falling part; kind ones take off as much in the same way."""
    sour = sorted((min(s, _SENTENCE_MOST) for s in scores if s > 0), reverse=True)
    kind = min((s for s in scores if s < 0), default=0.0)
    total = sum(score * _FURTHER**rank for rank, score in enumerate(sour)) + kind * _FURTHER
    return round(max(_TEXT_LEAST, min(total, _TEXT_MOST)), 3)
