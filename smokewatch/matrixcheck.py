"""Finds what the matrix names and nobody knows: addresses, teams, customers and categories."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.fields import Fields
from config.matrix import Matrix
from store.people import Account, Person, Team

MOST_NAMED = 8
"""Mistakes named in one line of the check."""


def unknown_names(session: Session, matrix: Matrix, fields: Fields) -> Iterator[str]:
    """Each as `who@company.example (at categories.services.primary) is none of your people`."""
    people = set(session.scalars(select(Person.email).where(Person.active)))
    teams = set(session.scalars(select(Team.name)))
    accounts = set(session.scalars(select(func.lower(Account.name))))
    yield from (f"{who} ({at}) is none of your people" for at, who in matrix.named() if who not in people)
    yield from (f"{team} ({at}) is no team of yours" for at, team in matrix.named_teams() if team not in teams)
    yield from (f"{name} (accounts) is no account" for name in matrix.accounts if name.lower() not in accounts)
    yield from (f"{name} (categories) is no category" for name in matrix.categories if name not in fields.categories)


def in_words(found: list[str]) -> str:
    """The first of them in one line."""
    more = len(found) - MOST_NAMED
    return "; ".join(found[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
