"""Every kept mail ends in exactly one final state, whatever it holds and whoever dies on the way (laws 1 and 6)."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

import ingest.file
import ingest.process
from ingest import work
from ingest.process import process_batch
from ingest.read import read_mail
from signals.reading import Reading
from store.database import Store
from store.mail import Conversation, Message, RawMail
from store.people import Account
from tests.ingest.process_child import BATCH, drain
from tests.ingest.scene import NOW, context, keep, letter, people
from tests.kills import moment

PASSINGS = 20
"""Batches of one run; it can be killed in the first, and in every other."""


def _keep(store: Store, *raws: bytes) -> list[int]:
    with store.transaction() as session:
        people(session)
        return keep(session, raws)


def _states(store: Store) -> dict[str, int]:
    with store.transaction() as session:
        return dict(Counter(session.scalars(select(RawMail.state))))


def _count(store: Store, table: type[Message | Conversation | Account]) -> int:
    with store.transaction() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_mail_becomes_a_message_in_a_conversation_of_its_account(store: Store) -> None:
    process_batch(store, _keep(store, letter(1, "It stops every night. Why?")), context(), NOW)
    with store.transaction() as session:
        message = session.scalars(select(Message)).one()
        account = session.get_one(Account, message.account_id)
    assert (message.kind, message.direction, account.name) == ("customer", "in", "Norvik Pumps")
    assert message.new_text.strip() == "It stops every night. Why?"


def test_an_unknown_sender_gets_a_provisional_account(store: Store) -> None:
    raw = letter(1, "Hello", From="kim@newcomer.example")
    process_batch(store, _keep(store, raw), context(), NOW)
    with store.transaction() as session:
        account = session.scalars(select(Account).where(Account.provisional)).one()
    assert account.name == "newcomer.example"


def test_one_mail_in_two_mailboxes_is_one_message(store: Store) -> None:
    raw = letter(1, "Hello")
    ids = _keep(store, raw, b"Received: from a by b; Mon, 4 May 2026 08:00:00 +0000\r\n" + raw)
    result = process_batch(store, ids, context(), NOW)
    assert (len(result.parsed), len(result.ignored)) == (1, 1)
    assert _count(store, Message) == 1


def test_the_same_batch_twice_and_at_once_makes_no_second_message(store: Store) -> None:
    ids = _keep(store, *(letter(n, f"Question {n}?") for n in range(20)))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: process_batch(store, ids, context(), NOW), range(8)))
    assert _states(store) == {"parsed": 20}
    assert _count(store, Message) == 20


def test_related_mails_in_concurrent_batches_end_in_one_conversation(store: Store) -> None:
    mails = [letter(0, "Start"), *(letter(n, f"More {n}", References="<m0@norvik.example>") for n in range(1, 24))]
    ids = _keep(store, *mails)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: process_batch(store, ids[n::4], context(), NOW), range(4)))
    assert _states(store) == {"parsed": 24}
    with store.transaction() as session:
        live = select(func.count(Message.conversation_id.distinct()))
        assert session.scalar(live) == 1


def test_an_unreadable_mail_is_parked_with_its_reason_and_stops_nobody(store: Store) -> None:
    ids = _keep(store, b"X: " + b"a" * 30_000_000, letter(1, "Hello"))
    result = process_batch(store, ids, context(), NOW)
    assert (result.parsed, result.parked) == ([ids[1]], [ids[0]])
    with store.transaction() as session:
        assert session.get_one(RawMail, ids[0]).error


def test_a_mail_that_breaks_filing_is_parked_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real = ingest.file.file_batch

    def breaks(session, batch, ctx, directory, now):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        if any("poison" in i.mail.new_text for i in batch):
            raise RuntimeError
        return real(session, batch, ctx, directory, now)

    monkeypatch.setattr(ingest.process, "file_batch", breaks)
    ids = _keep(store, letter(1, "Hello"), letter(2, "poison"), letter(3, "Hello again"))
    result = process_batch(store, ids, context(), NOW)
    assert result.parked == [ids[1]]
    assert sorted(result.parsed) == [ids[0], ids[2]]


def test_a_mail_that_keeps_killing_its_worker_is_parked_and_its_neighbours_are_not(store: Store) -> None:
    ids = _keep(store, letter(1, "Hello"), letter(2, "Deadly"))
    with store.transaction() as session:
        for n in range(work.MOST_ATTEMPTS):
            work.claim(session, [ids[1]], NOW + n * work.CLAIM, again=n > 0)
    process_batch(store, ids, context(), NOW + timedelta(hours=1))
    assert _states(store) == {"parsed": 1, "parked": 1}


def test_a_neighbour_is_not_tried_while_another_thread_reads_a_suspect(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = _keep(store, *(letter(n, "Hello") for n in range(4)))
    with store.transaction() as session:
        work.claim(session, ids, NOW)
    counted: list[int] = []

    def looking(raw, limits):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        time.sleep(0.05)
        with store.transaction() as session:
            tried = select(func.count()).where(RawMail.state == "kept", RawMail.attempts > 1)
            counted.append(session.scalar(tried) or 0)
        return read_mail(raw, limits)

    monkeypatch.setattr(ingest.process, "read_mail", looking)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: process_batch(store, ids, context(), NOW + work.CLAIM), range(2)))
    assert counted == [1, 1, 1, 1]


@pytest.mark.parametrize("point", ["K10", "K12", "K13", "K14"])
def test_killed_anywhere_nothing_is_lost_or_doubled(store: Store, point: str, killing: int) -> None:
    count = BATCH * PASSINGS
    mails = [
        letter(n, f"Question {n}?", References=f"<m{n - n % 4}@norvik.example>" if n % 4 else "") for n in range(count)
    ]
    _keep(store, *mails)
    url = store.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    command = [sys.executable, "-m", "tests.ingest.process_child", url]
    environment = os.environ | {"KILL_AT": moment(killing, (point, PASSINGS))}
    assert subprocess.run(command, env=environment, check=False, timeout=120).returncode == -signal.SIGKILL
    drain(store, NOW + work.CLAIM)
    assert _states(store) == {"parsed": count}
    assert _count(store, Message) == count
    assert _count(store, Conversation) == count // 4


def test_a_clock_time_is_that_of_the_sender_s_own_clock(store: Store) -> None:
    raw = letter(1, "We need the fix by Thursday 5pm or the audit fails.", Date="Mon, 04 May 2026 03:00:00 -0400")
    process_batch(store, _keep(store, raw), context(), NOW)
    with store.transaction() as session:
        read = Reading.from_json(session.scalars(select(Message.reading)).one())
    assert [need.due for need in read.needs] == [datetime(2026, 5, 7, 21, tzinfo=UTC)]
