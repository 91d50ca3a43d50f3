"""A whole installation between a real mail server and a real sink: whatever is killed, nothing is lost or doubled."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from config.words import NoticeState
from ingest.process import process_batch
from store.database import Store
from store.mail import RawMail
from store.outbox import Notice
from tests.alerts.sink import Sink
from tests.ingest.scene import context
from tests.system.company import hire
from tests.system.conftest import Box
from tests.system.corpus import STEPS, Corpus
from tests.system.house import House, portions
from tests.system.outcome import Told, check_mail, check_nothing_claimed, check_record, told
from workflow.sweep import sweep_once

pytestmark = [pytest.mark.dovecot, pytest.mark.soak]
MAILS = int(os.environ.get("WHOLE_MAILS", "5000" if "SOAK" in os.environ else "1500"))
SEED = int(os.environ.get("WHOLE_SEED", "7"))


@pytest.fixture
def corpus() -> Corpus:
    """The mailbox of this run."""
    return Corpus(MAILS // STEPS + 1, datetime.now(UTC))


def test_nothing_is_lost_or_doubled_whatever_is_killed(
    house: House, box: Box, sink: Sink, corpus: Corpus, store: Store
) -> None:
    trouble = _troubles(house, random.Random(SEED))
    parts = portions(corpus.mails, len(trouble))
    house.start("poll", "poll")
    house.start("worker", "worker")
    for part, make in zip(parts, trouble, strict=True):
        box.put(corpus.mails[part])
        make()
    house.settle(len(corpus.mails))
    check_mail(house.store, corpus)
    check_record(house.store, corpus)
    assert told(house.store) == _undisturbed(store, corpus)
    _check_sink(house.store, sink)
    house.end("worker")
    house.end("poll")
    check_nothing_claimed(house.store, datetime.now(UTC))
    assert box.size() == len(corpus.mails)
    told_of = f"{len(corpus.mails)} mails, {corpus.conversations} conversations, {house.kills} kills"
    print(f"{told_of}, {len(sink.taken)} sent")  # noqa: T201 - shown with -s


def _troubles(house: House, dice: random.Random) -> list[Callable[[], None]]:
    """What happens while each portion of the mail is on its way."""

    def at_point(name: str, kill_at: str) -> Callable[[], None]:
        def make() -> None:
            house.kill(name)
            house.start(name, name, kill_at=kill_at)
            house.died(name)
            house.start(name, name)

        return make

    def at_random(*names: str) -> Callable[[], None]:
        def make() -> None:
            time.sleep(dice.uniform(0.2, 3))
            for name in names:
                house.kill(name)
                house.start(name, name)

        return make

    return [
        at_point("worker", "K13:2"), at_point("poll", "K5:2"), at_random("worker"), house.lose_queue,
        at_point("worker", "K12:1"), at_random("poll", "worker"), house.break_database, at_point("poll", "K6:1"),
        at_point("worker", "K25:3"), at_random("worker", "poll"), at_point("worker", "K16:1"),
        at_point("worker", "K19:2"), at_random("poll"),
    ]  # fmt: skip


def _undisturbed(store: Store, corpus: Corpus) -> Told:
    """What the same mails make people be told when nothing goes wrong."""
    now, ctx = datetime.now(UTC), context()
    with store.transaction() as session:
        hire(session, now)
        rows = [
            RawMail(sha256=m.sha256, body=m.raw, size=len(m.raw), received_at=m.at, kept_at=now) for m in corpus.mails
        ]
        session.add_all(rows)
        session.flush()
        ids = [row.id for row in rows]
    for start in range(0, len(ids), 200):
        process_batch(store, ids[start : start + 200], ctx, now)
    while sweep_once(store, ctx.workflow, now):
        pass
    return told(store)


def _check_sink(store: Store, sink: Sink) -> None:
    """Each notice was taken once; another copy only where the outbox itself says so."""
    with store.transaction() as session:
        notices = list(session.execute(select(Notice.message_id, Notice.repeats, Notice.state)))
    assert {state for _, _, state in notices} == {NoticeState.SENT}
    assert sink.ids == Counter({message_id: 1 + repeats for message_id, repeats, _ in notices})
    assert sum(repeats for _, repeats, _ in notices) <= 1
