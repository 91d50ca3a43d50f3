"""Mends typing slips of a search by the words that there are, when nothing was found as it was written."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.textwords import words
from store.index import SearchWord
from workflow.searchhits import Hit
from workflow.searchwords import Term

_SHORTEST = 4
"""Letters of a word that may be a slip; a shorter one is as near to a dozen others."""
_LONG = 8
"""Letters from which two slips are forgiven, else one."""
_MOST = 3
"""Other spellings of one word that are looked up."""
_LOOKED_AT = 50


@dataclass(frozen=True)
class Respelled:
    """A search with other spellings: `terms` as they are looked up, `others` for each word that was changed."""

    terms: tuple[Term, ...]
    others: dict[str, tuple[str, ...]]


def respelled(session: Session, terms: Sequence[Term]) -> Respelled | None:
    """The search with each word, but for phrases, as any of the nearest words there are; None when there are none."""
    others: dict[str, tuple[str, ...]] = {}
    made: list[Term] = []
    for term in terms:
        near = () if term.is_phrase else _near(session, term.words[0])
        if near:
            others[term.shown] = near
            # The word itself stays among them: it may be right, and only another one of the search wrong.
            made.append(Term(term.shown, term.words, alternatives=near))
        else:
            made.append(term)
    return Respelled(tuple(made), others) if others else None


def shown_in(hits: Sequence[Hit], other: Respelled) -> tuple[tuple[str, str], ...]:
    """Which spellings the texts shown hold. Only those are named: the words of texts one may not see are no advice."""
    seen = [set(words(f"{hit.title} {hit.quote} {hit.who}")) for hit in hits]
    named = []
    for word, near in other.others.items():
        held = [each for each in near if any(each in texts for texts in seen)]
        if held:
            named.append((word, held[0]))
    return tuple(named)


def _near(session: Session, word: str) -> tuple[str, ...]:
    if len(word) < _SHORTEST or not word.isalpha():
        return ()
    slips = 1 if len(word) < _LONG else 2
    alike = (
        select(SearchWord.word, SearchWord.n)
        .where(
            SearchWord.word.op("%")(word), func.length(SearchWord.word).between(len(word) - slips, len(word) + slips)
        )
        .order_by(func.similarity(SearchWord.word, word).desc(), SearchWord.n.desc())
        .limit(_LOOKED_AT)
    )
    near = [
        (OSA.distance(word, each, score_cutoff=slips), -n, each) for each, n in session.execute(alike) if each != word
    ]
    return tuple(each for distance, _n, each in sorted(near) if distance <= slips)[:_MOST]
