"""Takes texts into the search index: what waits, what is gone meanwhile, and the words of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from config.textwords import accented, words
from store.bulk import among
from store.index import SearchDue, SearchEntry, Source
from store.record import Closeout
from store.setbacks import Setback

LONGEST = 200_000
"""Characters of a text that are indexed; with their places they still fit into one vector (1 MB)."""
CONFIGS = {"en": "english", "de": "german", "fr": "french", "es": "spanish", "pt": "portuguese"}
"""PostgreSQL's rules of stemming, by the language of the text."""
_ACCENTS = ("àáâãäåçèéêëìíîïñòóôõöùúûüýÿ", "aaaaaaceeeeiiiinooooouuuuyy")
WORK = "search "
"""Names the setbacks of texts that could not be indexed; the kind follows."""


@dataclass(frozen=True)
class Findable:
    """A text to be found: where it stands, what it says, who wrote it, in which of the five languages."""

    kind: Source
    ref_id: int
    at: datetime
    title: str = ""
    body: str = ""
    author: str = ""
    address: str = ""
    language: str = "en"
    conversation_id: int | None = None
    escalation_id: int | None = None
    keep_text: bool = False


def may_fill(session: Session) -> bool:
    """Whether no other fills or empties the index now; if so nobody does until the transaction ends.

    Who fills must hold this before any row, and then waits for nothing: who empties texts takes the rows first.
    """
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock('search_word'::regclass::oid::bigint)")))


def waiting(session: Session, kind: Source, now: datetime, most: int) -> list[int]:
    """Ids of rows whose text is due, newest first; one that failed lately is left out until its time."""
    failed = select(Setback.row_id).where(
        Setback.work == WORK + kind, Setback.row_id == SearchDue.ref_id, Setback.retry_at > now
    )
    found = select(SearchDue.ref_id).where(SearchDue.kind == kind, ~failed.exists())
    return list(session.scalars(found.order_by(SearchDue.ref_id.desc()).limit(most)))


def how_many_wait(session: Session, most: int) -> int:
    """How many texts wait to be indexed, counted up to `most`."""
    return session.scalar(select(func.count()).select_from(select(SearchDue.kind).limit(most).subquery())) or 0


def settle(session: Session, kind: Source, ids: Sequence[int]) -> None:
    """Take rows off the list of what waits."""
    gone = delete(SearchDue).where(SearchDue.kind == kind, among(SearchDue.ref_id, ids))
    session.execute(gone.execution_options(synchronize_session=False))


def take_in(session: Session, found: Sequence[Findable]) -> None:
    """Index these texts in place of what was there of them; one without any word is only forgotten."""
    for kind in {each.kind for each in found}:
        before = among(SearchEntry.ref_id, [each.ref_id for each in found if each.kind is kind])
        old = delete(SearchEntry).where(SearchEntry.kind == kind, before)
        session.execute(old.execution_options(synchronize_session=False))
    rows = [_row(each) for each in found if each.title or each.body]
    if rows:
        session.execute(_INSERT, {"rows": orjson.dumps(rows).decode()})


def closeout_text(row: Closeout) -> str:
    """The whole text of one version, as it is searched and quoted."""
    parts = (row.root_cause, row.resolution, row.customer_impact, row.internal_impact, row.lessons)
    return "\n\n".join(part for part in parts if part)


def sender_marks(author: str, address: str) -> list[str]:
    """What `from:` looks for: each word of the name and the address, and the address as a whole."""
    marks = {*words(author), *words(address)} | ({address.lower()} if address else set())
    return sorted(f"from:{mark}" for mark in marks)


def _row(each: Findable) -> dict[str, object]:
    return {
        "kind": each.kind.value,
        "ref_id": each.ref_id,
        "conversation_id": each.conversation_id,
        "escalation_id": each.escalation_id,
        "at": each.at.isoformat(),
        "text": each.body[:LONGEST] if each.keep_text else "",
        "title": " ".join(words(each.title)),
        "body": " ".join(words(each.body[:LONGEST])),
        "sender": " ".join(words(f"{each.author} {each.address}")),
        "accented": accented(f"{each.title} {each.body[:LONGEST]}"),
        "config": CONFIGS.get(each.language, "english"),
        "marks": sender_marks(each.author, each.address),
    }


def without_accents(vector: str, kind: str) -> str:
    """SQL that takes the accents off stems, as late as that: `ação` and `ações` have one stem with accents only."""
    return f"CAST(translate(CAST({vector} AS text), '{_ACCENTS[0]}', '{_ACCENTS[1]}') AS {kind})"


# Both what was typed with accents and without them has its stem. Stems that stand there as a word anyway are left out:
# most do, and the index is half as large.
_BARE = without_accents("to_tsvector(config::regconfig, accented)", "tsvector")
_INSERT = text(f"""
    INSERT INTO search_entry (kind, ref_id, conversation_id, escalation_id, at, text, words)
    SELECT kind, ref_id, conversation_id, escalation_id, at, text,
        setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector('simple', body), 'B')
        || setweight(to_tsvector('simple', sender), 'C')
        || setweight(ts_delete(
            to_tsvector(config::regconfig, title || ' ' || body) || {_BARE},
            tsvector_to_array(to_tsvector('simple', title || ' ' || body))), 'D')
        || array_to_tsvector(marks)
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        kind text, ref_id bigint, conversation_id bigint, escalation_id bigint, at timestamptz, text text,
        title text, body text, sender text, accented text, config text, marks text[])
""")  # noqa: S608 - our own names
