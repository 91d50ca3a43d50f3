"""The work table counts attempts before the work and gives a mail to one worker at a time."""

import hashlib
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from config.words import RawState
from ingest import work
from store.mail import RawMail


@pytest.fixture
def raw_id(session: Session, now: datetime) -> int:
    body = b"Subject: x\r\n\r\n"
    row = RawMail(sha256=hashlib.sha256(body).digest(), body=body, size=len(body), received_at=now, kept_at=now)
    session.add(row)
    session.flush()
    return row.id


def test_a_taken_mail_is_not_given_twice(session: Session, raw_id: int, now: datetime) -> None:
    assert [kept.id for kept in work.claim(session, [raw_id], now)] == [raw_id]
    assert work.claim(session, [raw_id], now, again=True) == []


def test_a_dead_workers_mail_comes_back_with_its_attempt_counted(session: Session, raw_id: int, now: datetime) -> None:
    work.claim(session, [raw_id], now)
    later = now + work.CLAIM
    assert work.unprocessed(session, 10, later) == [raw_id]
    assert work.claim(session, [raw_id], later) == []
    assert [kept.attempts for kept in work.claim(session, [raw_id], later, again=True)] == [2]


def test_only_what_a_worker_left_behind_is_abandoned(session: Session, raw_id: int, now: datetime) -> None:
    assert work.abandoned(session, 10, now) == []
    work.claim(session, [raw_id], now)
    assert work.abandoned(session, 10, now) == []
    assert work.abandoned(session, 10, now + work.CLAIM) == [raw_id]


def test_a_released_mail_lost_no_attempt(session: Session, raw_id: int, now: datetime) -> None:
    work.claim(session, [raw_id], now)
    work.release(session, [raw_id])
    assert [kept.attempts for kept in work.claim(session, [raw_id], now)] == [1]


def test_a_parked_mail_waits_until_somebody_retries_it(session: Session, raw_id: int, now: datetime) -> None:
    work.park(session, raw_id, "poison", "It killed its worker.", now)
    assert work.unprocessed(session, 10, now + timedelta(days=1)) == []
    assert work.retry(session, [raw_id]) == 1
    assert work.unprocessed(session, 10, now) == [raw_id]


def test_a_finished_mail_waits_for_nobody(session: Session, raw_id: int, now: datetime) -> None:
    work.finish(session, [raw_id], RawState.PARSED, None, now)
    assert work.still_waiting(session, [raw_id]) == set()
