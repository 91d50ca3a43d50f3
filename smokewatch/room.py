"""Tells whether there is room to write: by the free space under `var`, and by what the database refused."""

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from config.settings import Settings

DISK_FULL, READ_ONLY = "53100", "25006"
"""SQLSTATEs of a write that was refused for want of room, and of one to a standby or a server set to read-only."""

SENTENCES = {
    DISK_FULL: "The database's disk is full: make room on it; nothing was lost, and work goes on by itself.",
    READ_ONLY: "The database is read-only: let database_url name the primary server, or make it writable again. "
    "Nothing was lost, and work goes on by itself.",
}
REMEMBERED_SECONDS = 60.0
"""Whatever failed is tried again within 30 s, so a fault not seen for this long is over."""

# Enough to make the server reserve new blocks; a few changed rows would find room in those it has.
_WRITE = text(
    "CREATE TEMP TABLE smokewatch_room ON COMMIT DROP AS SELECT md5(n::text) FROM generate_series(1, 20000) n"
)


def state_of(error: BaseException | None) -> str:
    """The SQLSTATE of a database error, from SQLAlchemy or psycopg; empty when it has none."""
    return str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")


def sentence(error: DBAPIError) -> str | None:
    """What to do when a write was refused for want of room or rights; None for any other error."""
    return SENTENCES.get(state_of(error))


def try_to_write(session: Session) -> None:
    """Write about a megabyte that goes with the transaction.

    Raises:
        DBAPIError: the database takes no writes; `sentence` says why.

    """
    session.execute(_WRITE)


def short_of_room(settings: Settings) -> str | None:
    """A sentence when less than `least_free_mb` is free where the embedded engines write; None when all is well."""
    for folder in (settings.var / "postgres", settings.var / "redis", settings.var):
        if folder.is_dir() and (free := free_mb(folder)) < settings.least_free_mb:
            return f"only {free} MB are free for {folder} (least_free_mb is {settings.least_free_mb}): make room there"
    return None


def free_mb(folder: Path) -> int:
    """Free space of the disk that holds the folder, in megabytes of a million bytes."""
    return shutil.disk_usage(folder).free // 1_000_000


@dataclass
class RefusedWrites:
    """Remembers for a while that the database refused a write: a look that only reads would not notice."""

    _seen: dict[str, float] = field(default_factory=dict)

    def watch(self, engine: Engine) -> None:
        """Listen to the errors of all connections of this engine."""
        event.listen(engine, "handle_error", self._note)

    def sentence(self) -> str | None:
        """What was refused within the last minute."""
        since = time.monotonic() - REMEMBERED_SECONDS
        return next((SENTENCES[state] for state, at in self._seen.items() if at > since), None)

    def _note(self, context: ExceptionContext) -> None:
        state = state_of(context.original_exception)
        if state in SENTENCES:
            self._seen[state] = time.monotonic()
