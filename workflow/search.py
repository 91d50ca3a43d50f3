"""Finds texts of the record: ranked, quoted to the letter, and never more than the asking person may see (law 7)."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Float, Subquery, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from store.index import SearchEntry
from store.mail import Conversation
from store.people import Person
from store.record import Escalation
from workflow.searchhits import Hit, hits
from workflow.searchqueries import Query, matches
from workflow.searchscope import scope
from workflow.searchspelling import respelled, shown_in
from workflow.searchwords import Asked, Term

MOST_RANKED = 1_000
"""The newest so many that fit are ranked: a word of everyday mail fits too many to weigh each, and age decides then."""
_HALF_LIFE_DAYS = 365.0
_OLDEST = 0.25
"""A text loses half of its rank in a year, and never more than three quarters."""


_OWN_PLAN, _ANY_PLAN = (text(f"SET LOCAL plan_cache_mode = {mode}") for mode in ("force_custom_plan", "auto"))
"""A plan for any words and any rights goes through the whole list of places for every text, which takes seconds."""


@dataclass(frozen=True)
class Found:
    """What a search found, best first. `total` counts up to `MOST_RANKED`, and `more` says that there are more.

    `instead` pairs words that were not found with those whose texts are shown in their place.
    """

    hits: tuple[Hit, ...]
    total: int
    more: bool = False
    instead: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Page:
    """Which part of what fits is wanted."""

    limit: int = 20
    offset: int = 0


def search(session: Session, person: Person | None, asked: Asked, now: datetime, page: Page | None = None) -> Found:
    """Find what fits, within what the person may see; None is the one at the console, who sees all.

    Raises:
        Refused: an account or a person that a filter names is not known.

    """
    page = page or Page()
    look = _Look(session, person, asked, scope(session, person, asked), now, page)
    found = look.at(asked.terms)
    if found.hits or page.offset or not asked.terms:
        return found
    other = respelled(session, asked.terms)
    second = found if other is None else look.at(other.terms)
    return second if other is None else replace(second, instead=shown_in(second.hits, other))


@dataclass(frozen=True)
class _Look:
    """One search, run with the words as written, and perhaps again with other spellings."""

    session: Session
    person: Person | None
    asked: Asked
    scope: list[ColumnElement[bool]]
    now: datetime
    page: Page

    def at(self, terms: tuple[Term, ...]) -> Found:
        """What fits these words."""
        query = matches(self.session, terms, self.asked)
        fits = _newest(query, self.scope)
        found = (
            select(fits.c.id, fits.c.escalation, func.count().over().label("total"))
            .order_by(_rank(query, fits, self.now).desc(), fits.c.at.desc(), fits.c.id.desc())
            .limit(self.page.limit)
            .offset(self.page.offset)
        )
        self.session.execute(_OWN_PLAN)
        rows = self.session.execute(found).all()
        self.session.execute(_ANY_PLAN)
        total = rows[0].total if rows else 0
        shown = hits(self.session, self.person, [(row.id, row.escalation) for row in rows], terms)
        return Found(shown, min(total, MOST_RANKED), more=total > MOST_RANKED)


def _newest(query: Query, scope: list[ColumnElement[bool]]) -> Subquery:
    """The newest entries that fit, each with its escalation."""
    e = SearchEntry
    newest = select(e.id, e.at, e.words, e.conversation_id, e.escalation_id).where(*scope)
    if query.match:
        newest = newest.where(e.words.op("@@")(cast(literal(query.match), TSQUERY)))
    found = newest.order_by(e.at.desc(), e.id.desc()).limit(MOST_RANKED + 1).subquery()
    return (
        select(found.c.id, found.c.at, found.c.words, Escalation.id.label("escalation"))
        .select_from(found)
        .outerjoin(Conversation, Conversation.id == found.c.conversation_id)
        .outerjoin(Escalation, Escalation.id == func.coalesce(Conversation.escalation_id, found.c.escalation_id))
        .subquery()
    )


def _rank(query: Query, fits: Subquery, now: datetime) -> ColumnElement[float]:
    age = func.greatest(0.0, func.extract("epoch", literal(now) - fits.c.at)) / 86_400.0
    fresh = func.greatest(_OLDEST, func.power(0.5, cast(age, Float) / _HALF_LIFE_DAYS))
    if not query.rank:
        return fresh
    # 1: a long text has more of everything (PostgreSQL's normalisation by length).
    return func.ts_rank_cd(fits.c.words, cast(literal(query.rank), TSQUERY), 1) * fresh
