"""Helps the rules to cite: the sentence a hit lies in, quoted to the letter."""

from dataclasses import dataclass

from signals.facts import Msg
from signals.marks import Hit, Span


@dataclass(frozen=True)
class Cited:
    """A place in one message, and the rule that found it."""

    msg: Msg
    start: int
    end: int
    rule_id: str

    @property
    def quote(self) -> str:
        """The text of the place, unchanged."""
        return self.msg.text[self.start : self.end]


def cite_hit(msg: Msg, hit: Hit) -> Cited:
    """The whole sentence a hit lies in."""
    start, end = msg.reading.sentence(hit.start)
    return Cited(msg, start, max(end, hit.end), hit.rule_id)


def cite_span(msg: Msg, span: Span, rule_id: str) -> Cited:
    """A known place of a message."""
    return Cited(msg, *span, rule_id)


def cite_best(msg: Msg, rule_id: str, *groups: str) -> Cited:
    """The first hit of the groups, in their order; without one an ask, without that the first real sentence."""
    for group in groups:
        hits = msg.reading.group(group)
        if hits:
            return cite_hit(msg, hits[0])
    return cite_span(msg, msg.reading.asks[0] if msg.reading.asks else msg.reading.lead, rule_id)
