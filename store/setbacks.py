"""Does due rows one by one, so that a row that fails stops no other, and puts it off for longer each time."""

import traceback
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import TypeVar

import structlog
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from store.base import Base

log = structlog.get_logger()

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
"""The wait doubles up to this: a row mended by hand or by a new release is done within a working day."""
MOST_DOUBLINGS = 9

Row = TypeVar("Row")


class Setback(Base):
    """A due row whose work failed: how often, and when it is tried again. It goes once the work was done."""

    __tablename__ = "setback"
    work: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    failures: Mapped[int]
    retry_at: Mapped[datetime]
    error: Mapped[str]


def one_by_one(
    session: Session, work: str, rows: Iterable[tuple[int, Row]], do: Callable[[Row], int | None], now: datetime
) -> int:
    """Do each row under its id in a savepoint of its own; the sum of what `do` returned.

    A row that failed lately is passed over until its time. Raises what says that the database itself is in trouble.
    """
    failed = {row.row_id: row for row in session.scalars(select(Setback).where(Setback.work == work))}
    total = 0
    for row_id, row in rows:
        setback = failed.get(row_id)
        if setback is not None and setback.retry_at > now:
            continue
        try:
            with session.begin_nested():
                total += do(row) or 0
                session.flush()
        except (OperationalError, InterfaceError):
            # The database's trouble, or a deadlock: all of it is done again by the next sweep.
            raise
        except Exception as error:  # noqa: BLE001 - one row must not stop the clock of all others (P3)
            _put_off(session, work, row_id, place_of(error), now)
        else:
            if setback is not None:
                session.delete(setback)
    return total


def place_of(error: Exception) -> str:
    """Kind and place of an error. Neither its text nor a traceback: errors quote values, and those may be mail."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {PurePath(last.filename).name}:{last.lineno}"


def _put_off(session: Session, work: str, row_id: int, error: str, now: datetime) -> None:
    setback = session.get(Setback, (work, row_id), with_for_update=True)
    failures = 1 + (setback.failures if setback else 0)
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures - 1, MOST_DOUBLINGS))
    values = {"failures": failures, "retry_at": now + wait, "error": error}
    session.merge(Setback(work=work, row_id=row_id, **values))
    log.error("row_failed", work=work, row=row_id, failures=failures, error=error, retry_in=str(wait))
