"""One poller at a time holds a folder, and the one before it cannot write any more."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from ingest.errors import Fenced
from ingest.fetch import Fetched
from ingest.keep import Place, keep
from ingest.lease import Heartbeat, Held, Lessee
from store.database import Store

NOW = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)


def acquire(store: Store, holder: str, names: Sequence[str] = ("INBOX",), seconds: float = 60) -> list[Held]:
    with store.transaction() as session:
        return Lessee("box", holder, seconds).acquire(session, names)


def test_a_held_folder_is_refused_to_another_and_extended_for_its_holder(store: Store) -> None:
    first = acquire(store, "a")
    assert acquire(store, "b") == []
    assert [held.epoch for held in acquire(store, "a")] == [first[0].epoch]


def test_an_ended_lease_is_taken_over_with_a_higher_epoch(store: Store) -> None:
    first = acquire(store, "a", seconds=0.05)
    time.sleep(0.1)
    assert acquire(store, "b")[0].epoch == first[0].epoch + 1


def test_a_released_lease_is_free_at_once(store: Store) -> None:
    acquire(store, "a")
    with store.transaction() as session:
        Lessee("box", "a", 60).release(session)
    assert len(acquire(store, "b")) == 1


def test_folders_come_in_the_order_asked_for(store: Store) -> None:
    assert [held.name for held in acquire(store, "a", ["Z", "A", "M"])] == ["Z", "A", "M"]


def test_the_holder_before_cannot_write(store: Store) -> None:
    first = acquire(store, "a", seconds=0.05)[0]
    time.sleep(0.1)
    acquire(store, "b")
    place = Place(first.folder_id, 1, first.epoch)
    with pytest.raises(Fenced), store.transaction() as session:
        keep(session, place, [Fetched(1, b"mail", NOW, 4)], 1, NOW)


def test_the_heartbeat_keeps_a_lease_past_its_term(store: Store) -> None:
    acquire(store, "a", seconds=0.3)
    with Heartbeat(store, Lessee("box", "a", 0.3)):
        time.sleep(0.8)
        assert acquire(store, "b") == []
