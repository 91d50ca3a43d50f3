"""Faults around a running installation: each is survived without loss, without doubles, and without help."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from ingest import work
from smokewatch.actors import Queue, make_broker
from store.mail import Folder, RawMail
from tests.dovecot.server import free_port
from tests.system.conftest import Box
from tests.system.corpus import Corpus, Posted
from tests.system.house import House, until
from tests.system.outcome import check_mail, check_nothing_claimed, check_record, told
from tests.system.poisoned import POISON

pytestmark = [pytest.mark.dovecot, pytest.mark.soak]

CLAIM_SECONDS = 150
"""A claim that was on its way when its worker died is kept for a minute, and looked at within half a minute more."""


@pytest.fixture
def corpus() -> Corpus:
    """A small mailbox."""
    return Corpus(50, datetime.now(UTC))


def test_every_batch_handed_over_five_times_has_one_effect(house: House, box: Box, corpus: Corpus) -> None:
    """F12: dramatiq delivers at least once."""
    box.put(corpus.mails)
    house.start("poll", "poll")
    until(lambda: house.count() == len(corpus.mails), 60)
    queue = Queue(make_broker(house.redis.url), lambda _ids: None)
    with house.store.transaction() as session:
        ids = list(session.scalars(select(RawMail.id).order_by(RawMail.id)))
    for _ in range(4):
        queue.hand_over(ids)
    queue.broker.close()
    house.start("worker", "worker", "--threads", "4")
    house.start("worker 2", "worker")
    house.settle(len(corpus.mails))
    check_mail(house.store, corpus)
    check_record(house.store, corpus)
    assert set(told(house.store).values()) == {1}


def test_stopped_under_load_it_finishes_what_it_began_and_leaves_no_claim(
    house: House, box: Box, corpus: Corpus
) -> None:
    """F23: SIGTERM while mail streams in; a new version goes on at once."""
    feeder = threading.Thread(target=_feed, args=[box, corpus.mails])
    house.start("poll", "poll")
    house.start("worker", "worker")
    feeder.start()
    until(lambda: house.count("parsed") > 100, 60, every=0.01)
    port = free_port()
    house.start("worker of the new version", "worker", health=port)
    until(lambda: house.is_ready(port), 60)
    assert house.end("worker") < 30
    assert house.end("poll") < 30
    assert house.end("worker of the new version") < 30
    check_nothing_claimed(house.store, datetime.now(UTC))
    feeder.join()
    assert house.count() < len(corpus.mails)
    house.start("poll", "poll")
    house.start("worker", "worker")
    until(lambda: house.count("parsed", "ignored", "parked") == len(corpus.mails), 30)
    house.settle(len(corpus.mails))
    check_mail(house.store, corpus)
    check_record(house.store, corpus)


def _feed(box: Box, mails: Sequence[Posted]) -> None:
    for start in range(0, len(mails), 10):
        box.put(mails[start : start + 10])
        time.sleep(0.4)


def test_a_mail_that_kills_its_worker_is_parked_and_the_others_are_read(house: House, box: Box, corpus: Corpus) -> None:
    """F19: attempts are counted in the database before the work, so the dead are counted too."""
    mails = corpus.mails[:30]
    mails[12] = replace(mails[12], raw=mails[12].raw + POISON)
    box.put(mails)
    house.start("poll", "poll")
    until(lambda: house.count() == len(mails), 60)
    for _ in range(work.MOST_ATTEMPTS):
        house.start("worker", "worker", module="tests.system.poisoned")
        house.died("worker", CLAIM_SECONDS)
        house.pass_claims()
    house.start("worker", "worker", module="tests.system.poisoned")
    until(lambda: house.count("parsed") == len(mails) - 1, CLAIM_SECONDS)
    with house.store.transaction() as session:
        parked = session.scalars(select(RawMail).where(RawMail.state == "parked")).one()
    assert (parked.sha256, parked.reason) == (replace(mails[12]).sha256, "poison")


def test_a_mailbox_with_a_wrong_password_delays_no_other(house: House, box: Box, corpus: Corpus) -> None:
    """F21: only that one is red, with a sentence."""
    others = [Box(box.server, f"{box.user}-{n}") for n in range(3)]
    for n, other in enumerate(others):
        house.watch(box.server.port, other.user, password="stale" if n == 0 else "secret")
        other.put(corpus.mails[n * 20 : n * 20 + 20])
    box.put(corpus.mails[60:80])
    house.start("poll", "poll")
    until(lambda: house.count() == 60, 20)
    until(lambda: len(_red(house)) == 1, 20)
    assert "password" in _red(house)[others[0].user]


def _red(house: House) -> dict[str, str]:
    """The mailboxes that fail, each with its sentence."""
    with house.store.transaction() as session:
        rows = session.execute(select(Folder.mailbox, Folder.last_error).where(Folder.last_error.is_not(None)))
        return {mailbox: error or "" for mailbox, error in rows}
