"""Says how much a message of ours answers: nothing but a holding line, a question back, or substance."""

from collections.abc import Sequence

from config.lexicon import Rule
from config.pattern import Pattern
from signals.marks import Hit, Pledge, Reply, Span
from signals.phrases import passes

_STRONG = frozenset({"delivered", "spoken", "on_site"})
_LINK = Pattern(rb"https?://|www\.|\w >{1,2} \w")
"""A link, or the way through a menu (`Library > Rules`)."""

_MARK = (b".", b"!", b"?", b":", b";")
_WORDS = 6
"""Words from which a line counts as a sentence though no mark ends it; shorter ones are names, places and greetings."""

_BRIEF = 2
"""Fewest words of an answer that ends in a mark (`Yes, it is.`)."""


def reply_class(
    folded: bytes, sentences: Sequence[Span], hits: Sequence[Hit], pledges: Sequence[Pledge], courtesy: Sequence[Rule]
) -> Reply:
    """The class of a message of ours, from its hits and promises; attachments are for the caller to weigh."""
    if _LINK.search(folded) or any(hit.group in _STRONG for hit in hits):
        return Reply.SUBSTANTIVE
    promised = {pledge.start for pledge in pledges}
    empty = {hit.start for hit in hits if hit.group in {"holding", "moved", "cancelled"}}
    asks = facts = 0
    for start, end in sentences:
        sentence = folded[start:end]
        if not _is_sentence(sentence) or any(
            passes(rule, sentence) and rule.pattern.search(sentence) for rule in courtesy
        ):
            continue
        if sentence.endswith(b"?") or any(h.group == "back_question" and start <= h.start < end for h in hits):
            asks += 1
        elif start not in promised and not any(start <= place < end for place in empty):
            facts += 1
    if asks and facts <= asks:
        return Reply.QUESTION_BACK
    return Reply.SUBSTANTIVE if facts else Reply.HOLDING


def _is_sentence(sentence: bytes) -> bool:
    words = len(sentence.split())
    return words >= _WORDS or (words >= _BRIEF and sentence.endswith(_MARK))
