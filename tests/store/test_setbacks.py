"""Due rows are done one by one: a row that fails stops no other, waits longer each time, and is forgotten once done."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from store.people import Team
from store.setbacks import LONGEST_WAIT, Setback, one_by_one


class Work:
    """Adds a team per row, and fails after that for the row 2 while `broken`."""

    def __init__(self, session: Session) -> None:
        self.session, self.broken, self.tried = session, True, list[int]()

    def __call__(self, row: int) -> int:
        """Do one row."""
        self.tried.append(row)
        self.session.add(Team(name=f"Team {row} {len(self.tried)}"))
        self.session.flush()
        if self.broken and row == 2:
            raise ValueError("a quote of a mail")
        return 1

    def sweep(self, now: datetime) -> int:
        """Do all three."""
        return one_by_one(self.session, "test", [(row, row) for row in (1, 2, 3)], self, now)


@pytest.fixture
def work(session: Session) -> Work:
    return Work(session)


def test_a_row_that_fails_stops_no_other_and_leaves_nothing_half_done(work: Work, now: datetime) -> None:
    assert work.sweep(now) == 2
    assert len(work.session.scalars(select(Team.id)).all()) == 2


def test_it_waits_longer_each_time(work: Work, now: datetime) -> None:
    waits = []
    for _ in range(12):
        work.sweep(now)
        (setback,) = work.session.scalars(select(Setback))
        waits.append(setback.retry_at - now)
        now = setback.retry_at
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert waits[-1] == LONGEST_WAIT


def test_until_then_it_is_not_tried(work: Work, now: datetime) -> None:
    work.sweep(now)
    work.sweep(now + timedelta(seconds=30))
    assert work.tried == [1, 2, 3, 1, 3]


def test_once_done_it_is_forgotten(work: Work, now: datetime) -> None:
    work.sweep(now)
    work.broken = False
    assert work.sweep(now + timedelta(minutes=2)) == 3
    assert work.session.scalars(select(Setback)).all() == []


def test_what_is_kept_of_the_error_quotes_no_mail(work: Work, now: datetime) -> None:
    work.sweep(now)
    (error,) = work.session.scalars(select(Setback.error))
    assert error.startswith("ValueError at test_setbacks.py:")


def test_the_databases_own_trouble_is_nobodys_fault(session: Session, now: datetime) -> None:
    def gone(_row: int) -> None:
        session.execute(text("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)"))

    with pytest.raises(OperationalError):
        one_by_one(session, "test", [(1, 1)], gone, now)
