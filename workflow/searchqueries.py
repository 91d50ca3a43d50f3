"""Turns the words of a search into what PostgreSQL looks up: each as written, and its stem in five languages."""

from dataclasses import dataclass

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from config.textwords import accented, words
from store.indexing import CONFIGS, without_accents
from workflow.searchwords import Asked, Term


@dataclass(frozen=True)
class Query:
    """A search as text of a tsquery: what must fit, and the part of it that ranks; either may be empty."""

    match: str
    rank: str


def matches(session: Session, terms: tuple[Term, ...], asked: Asked) -> Query:
    """What the terms of a search come to, with those that must not be there and the senders asked for."""
    given: dict[str, str] = {}
    wanted = [_term(term, given) for term in terms]
    unwanted = [f"!!{_term(term, given)}" for term in asked.without]
    senders = _senders(asked.values("from"), given)
    rank, match = " && ".join(wanted), " && ".join([*wanted, *unwanted, *senders])
    if not match:
        return Query("", "")
    parts = text(f"SELECT ({match})::text AS match, ({rank or match})::text AS rank")
    found = session.execute(parts.bindparams(*(bindparam(name, value) for name, value in given.items()))).one()
    return Query(found.match, found.rank if rank else "")


def _term(term: Term, given: dict[str, str]) -> str:
    if term.is_phrase:
        return f"phraseto_tsquery('simple', :{_give(' '.join(term.words), given)})"
    names = [_give(word, given) for word in (*term.words, *term.alternatives)]
    ways = [f"plainto_tsquery('{config}', :{name})" for name in names for config in ("simple", *CONFIGS.values())]
    if written := accented(term.shown):
        name = _give(written, given)
        ways += [without_accents(f"plainto_tsquery('{config}', :{name})", "tsquery") for config in CONFIGS.values()]
    return f"({' || '.join(ways)})"


def _give(value: str, given: dict[str, str]) -> str:
    """Name a value for the statement."""
    name = f"w{len(given)}"
    given[name] = value
    return name


def _senders(values: tuple[str, ...], given: dict[str, str]) -> list[str]:
    """Senders are alternatives of each other; each is the whole address, or all the words given."""
    if not values:
        return []
    ways = []
    for value in values:
        low = value.lower().lstrip("@")
        parts = [f"from:{low}"] if _is_address(low) else [f"from:{word}" for word in words(value)]
        quoted = " & ".join("'" + part.replace("'", "''").replace("\\", "") + "'" for part in parts)
        ways.append(f"CAST(:{_give(quoted, given)} AS tsquery)")
    return [f"({' || '.join(ways)})"]


def _is_address(value: str) -> bool:
    name, at, domain = value.partition("@")
    return bool(name and at and "." in domain and " " not in value)
