"""Finds the lexicon's phrases in a folded text, each with its guards, of those that one set said can be there."""

from collections.abc import Iterable, Sequence

from config.lexicon import Rule
from config.pattern import Pattern
from signals.marks import Hit, Span
from signals.sentences import sentence_at

_MOST = 8
"""Places of one rule that are kept in one message; more prove nothing further."""


_MEANT = frozenset({"account_risk", "impact", "outage", "urgency", "management"})
"""Groups in which the customer must mean the words: as a name between quotation marks they say nothing."""

_NAME = Pattern(rb'"[^"\n]{1,40}"')
"""What stands between quotation marks and is short enough to be the name of a template, a field or a category."""

_NAME_WORDS = 4


def find(folded: bytes, rules: Iterable[Rule], sentences: Sequence[Span]) -> tuple[Hit, ...]:
    """The hits of `rules` that lie within one sentence and pass their guards there, in order of place."""
    hits = [Hit(rule.id, rule.group, rule.part, *place) for rule in rules for place in matches(folded, rule, sentences)]
    return tuple(sorted(hits, key=lambda hit: (hit.start, hit.end, hit.rule_id)))


def matches(folded: bytes, rule: Rule, sentences: Sequence[Span]) -> list[Span]:
    """The places of one rule in the folded text."""
    kept: list[Span] = []
    here, passing = (0, 0), False
    for place, *_ in rule.pattern.finditer(folded):
        sentence = sentence_at(sentences, place[0])
        if sentence != here:
            here, passing = sentence, passes(rule, folded[slice(*sentence)])
        if passing and place[1] <= here[1] and not _is_name(rule, folded[slice(*here)], place, here[0]):
            kept.append(place)
            if len(kept) == _MOST:
                break
    return kept


def passes(rule: Rule, sentence: bytes) -> bool:
    """Whether the sentence holds what the rule needs and nothing that voids it."""
    if rule.needs is not None and not rule.needs.search(sentence):
        return False
    return rule.unless is None or not rule.unless.search(sentence)


def _is_name(rule: Rule, sentence: bytes, place: Span, start: int) -> bool:
    """Whether the match only calls a thing by its name (`the category "Urgent"`)."""
    if rule.group not in _MEANT or b'"' not in sentence:
        return False
    begin, end = place[0] - start, place[1] - start
    names = (name for name, *_ in _NAME.finditer(sentence) if len(sentence[slice(*name)].split()) <= _NAME_WORDS)
    return any(name[0] < begin and end < name[1] for name in names)
