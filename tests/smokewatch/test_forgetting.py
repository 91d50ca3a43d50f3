"""What must not be kept: mails that no message came of go too, and the audit says so."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from config.words import Channel
from ingest.work import park
from smokewatch import forgetting
from smokewatch.cli.output import Exit
from store.database import Store
from store.mail import RawMail
from store.record import Audit
from workflow.record import By

Run = Callable[..., tuple[int, str, str]]
NOW = datetime(2026, 5, 6, 9, tzinfo=UTC)
KEEPER = By(None, "smokewatch", Channel.SYSTEM, NOW)
PARKED = b"From: Ann <ann@acme.example>, <x@acme.example>\nno header at all\nSubject: Printer\n\nIt burns.\n"


def _raw(store: Store, state: str, age: timedelta, body: bytes = PARKED) -> int:
    with store.transaction() as session:
        at = NOW - age
        raw = RawMail(sha256=body[:32] + state.encode(), body=body, size=9, received_at=at, kept_at=at, state=state)
        session.add(raw)
        session.flush()
        if state == "parked":
            park(session, raw.id, "limit", "too deep", at)
        return raw.id


def _row(store: Store, raw_id: int) -> tuple[bytes, str, str | None]:
    with store.transaction() as session:
        found = session.get_one(RawMail, raw_id)
        return found.body, found.state, found.error


@pytest.mark.parametrize("state", ["ignored", "parked"])
def test_bytes_without_a_message_go_after_their_time(store: Store, state: str) -> None:
    raw_id = _raw(store, state, timedelta(days=31))
    assert forgetting.expire(store, 30, KEEPER) == 1
    assert _row(store, raw_id) == (b"", "ignored", None)
    assert forgetting.expire(store, 30, KEEPER) == 0


@pytest.mark.parametrize(("state", "days"), [("ignored", 29), ("parked", 29), ("kept", 31)])
def test_bytes_stay_until_then_and_until_they_were_read(store: Store, state: str, days: int) -> None:
    raw_id = _raw(store, state, timedelta(days=days))
    assert forgetting.expire(store, 30, KEEPER) == 0
    assert _row(store, raw_id)[0] == PARKED


def test_an_old_mail_parked_today_can_be_looked_at(store: Store) -> None:
    raw_id = _raw(store, "parked", timedelta(days=400))
    with store.transaction() as session:
        session.execute(update(RawMail).values(kept_at=NOW))
    assert forgetting.expire(store, 30, KEEPER) == 0
    assert _row(store, raw_id)[1] == "parked"


def test_retention_is_in_the_audit(store: Store) -> None:
    _raw(store, "ignored", timedelta(days=31))
    forgetting.expire(store, 30, KEEPER)
    with store.transaction() as session:
        row = session.execute(select(Audit.action, Audit.actor, Audit.detail)).one()
    assert row[:2] == ("old mail emptied", "smokewatch")
    assert '"mails": 1' in str(row[2]).replace("'", '"')


def test_a_parked_mail_is_forgotten_with_its_sender_whatever_its_header(run: Run, company: Store) -> None:
    raw_id = _raw(company, "parked", timedelta())
    code, out, err = run("forget", "ann@acme.example", "--yes")
    assert (code, "1 mail of" in out) == (Exit.OK, True), err
    assert _row(company, raw_id) == (b"", "ignored", None)
    assert "No mail is parked" in run("parked", "list")[1]


def test_who_is_only_named_in_a_parked_mail_or_has_a_longer_address_is_left(run: Run, company: Store) -> None:
    raw_id = _raw(company, "parked", timedelta(), PARKED.replace(b"burns", b"burns, says bo@acme.example"))
    for other in ("bo@acme.example", "nn@acme.example", "ann@acme.exampl"):
        code, _, err = run("forget", other, "--yes")
        assert (code, "Nothing is stored" in err) == (Exit.REFUSED, True)
    assert _row(company, raw_id)[0] != b""
