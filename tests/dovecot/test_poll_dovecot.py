"""Intake from a real Dovecot: every mail is kept exactly once, whatever happens to the folder."""

import threading
import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from ingest import fetch, take
from ingest.fetch import Head
from ingest.imap import Imap
from ingest.poll import Standing
from store.mail import Delivery, RawMail
from tests.dovecot.box import NOW, Box, mails

pytestmark = pytest.mark.dovecot


def test_mails_are_kept_byte_for_byte_in_order_and_handed_over(box: Box) -> None:
    box.put(mails(3))
    assert box.poll() == 3
    assert box.bodies() == mails(3)
    assert box.handed == sorted(box.handed)
    assert len(box.handed) == 3


def test_a_second_poll_keeps_only_what_is_new(box: Box) -> None:
    box.put(mails(2))
    box.poll()
    box.put(mails(2, first=2))
    assert box.poll() == 2
    assert box.bodies() == mails(4)


def test_what_a_human_has_read_is_kept_and_nothing_is_marked_read(box: Box) -> None:
    box.put(mails(2))
    with box.client() as client:
        client.select_folder("INBOX")
        client.add_flags(1, ["\\Seen"])
        assert box.poll() == 2
        assert client.search(["UNSEEN"]) == [2]


def test_five_thousand_mails_are_kept_exactly_once(box: Box) -> None:
    box.put(mails(5000))
    begun = time.monotonic()
    poller = box.poller()
    while poller.poll_once(NOW).more:
        pass
    print(f"kept {5000 / (time.monotonic() - begun):.0f} mails/s")  # noqa: T201 - shown with -s
    poller.close()
    assert sorted(box.bodies()) == sorted(mails(5000))
    assert len(set(box.handed)) == len(box.handed) == 5000


def test_a_new_uidvalidity_brings_old_and_new_mails_once(box: Box) -> None:
    with box.client() as client:
        client.create_folder("Work")
        box.put(mails(30), "Work")
        box.poll(folders=("Work",))
        client.delete_folder("Work")
        time.sleep(1.1)  # Dovecot's UIDVALIDITY is the second of creation
        client.create_folder("Work")
    box.put(mails(33), "Work")
    assert box.poll(folders=("Work",)) == 3
    assert sorted(box.bodies()) == sorted(mails(33))
    assert len(box.handed) == 33
    assert len(box.deliveries()) == 63


def test_a_mail_moved_out_and_back_is_the_same_mail(box: Box) -> None:
    box.put(mails(2))
    box.poll()
    with box.client() as client:
        client.create_folder("Aside")
        client.select_folder("INBOX")
        client.move(1, "Aside")
        client.select_folder("Aside")
        client.move(1, "INBOX")
    assert box.poll() == 0
    assert box.bodies() == mails(2)
    assert [d.uid for d in box.deliveries()] == [1, 2, 3]


def test_a_mail_expunged_before_the_fetch_is_gone_after_two_misses(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail disappears between SEARCH and FETCH."""
    box.put(mails(3))

    def expunge(imap: Imap, uids: Sequence[int]) -> dict[int, Head]:
        monkeypatch.undo()
        with box.client() as client:
            client.select_folder("INBOX")
            client.delete_messages([2])
            client.expunge()
        return fetch.heads(imap, uids)

    monkeypatch.setattr(take, "heads", expunge)
    poller = box.poller()
    polls = [poller.poll_once(NOW + timedelta(minutes=m)) for m in range(3)]
    poller.close()
    assert [p.kept for p in polls] == [2, 0, 0]
    assert [(d.uid, d.problem) for d in box.deliveries()] == [(1, None), (2, "gone"), (3, None)]


def test_an_oversized_mail_is_kept_in_part_and_left_on_the_server(box: Box) -> None:
    big = mails(1)[0] + b"x" * 70 + (b"\r\n" + b"y" * 70) * 40_000
    box.put([big, *mails(1, first=1)])
    box.poll(mail_bytes=2_000_000, after_keep="delete")
    with box.store.transaction() as session:
        rows = [(r.truncated, r.size) for r in session.scalars(select(RawMail).order_by(RawMail.id))]
    assert rows == [(True, len(big)), (False, len(mails(2)[1]))]
    assert big.startswith(box.bodies()[0])
    with box.client() as client:
        assert client.select_folder("INBOX")[b"EXISTS"] == 1


@pytest.mark.parametrize("after", ["flag", "move", "delete"])
def test_kept_mail_is_tidied_as_configured(box: Box, after: str) -> None:
    box.put(mails(3))
    box.poll(after_keep=after, move_to="Done")
    with box.client() as client:
        left = client.select_folder("INBOX")[b"EXISTS"]
        flagged = len(client.search(["KEYWORD", "Smokewatch"]))
        unseen = len(client.search(["UNSEEN"]))
        moved = client.select_folder("Done")[b"EXISTS"] if after == "move" else 0
    assert (left, flagged, moved, unseen) == {"flag": (3, 3, 0, 3), "move": (0, 0, 3, 0), "delete": (0, 0, 0, 0)}[after]
    assert box.bodies() == mails(3)


def test_several_folders_are_polled_over_one_connection(box: Box) -> None:
    with box.client() as client:
        client.create_folder("Work")
    box.put(mails(2))
    box.put(mails(2, first=2), "Work")
    assert box.poll(folders=("INBOX", "Work")) == 4
    assert sorted(box.bodies()) == sorted(mails(4))


def test_a_missing_folder_does_not_stop_the_others(box: Box) -> None:
    box.put(mails(2))
    assert box.poll(folders=("Nowhere", "INBOX")) == 2
    errors = {folder.name: folder.last_error for folder in box.folders()}
    assert errors["INBOX"] is None
    assert "refused select_folder" in str(errors["Nowhere"])


def test_idle_brings_a_mail_at_once(box: Box) -> None:
    stop = threading.Event()
    poller = box.poller(poll_seconds=60)
    thread = threading.Thread(target=poller.run, args=(stop, lambda: NOW))
    thread.start()
    time.sleep(1)
    waits = []
    for number in range(8):
        box.put(mails(1, first=number))
        begun = time.monotonic()
        while len(box.handed) <= number and time.monotonic() - begun < 10:
            time.sleep(0.005)
        waits.append(time.monotonic() - begun)
    stop.set()
    thread.join(10)
    assert len(box.handed) == 8
    assert max(waits) < 3, waits


def test_a_wrong_password_is_recorded_and_the_next_login_waits(box: Box) -> None:
    poller = box.poller(password="wrong")
    assert poller.poll_once(NOW).standing is Standing.FAILED
    assert poller.poll_once(NOW + timedelta(seconds=1)).standing is Standing.WAITING
    poller.close()
    row = box.folders()[0]
    assert "refused the login" in str(row.last_error)
    assert row.failing_since == NOW


def test_reconciliation_names_and_fetches_what_is_missing(box: Box) -> None:
    with box.client() as client:
        for mail in mails(4):
            client.append("INBOX", mail, msg_time=NOW)
    box.poll()
    with box.store.transaction() as session:
        session.delete(session.scalars(select(Delivery).where(Delivery.uid == 2)).one())
        lost = session.scalars(select(RawMail).where(RawMail.body == mails(2)[1])).one()
        session.delete(lost)
    with box.client() as client:
        client.select_folder("INBOX")
        client.delete_messages([3])
        client.expunge()
    assert box.poll(NOW + timedelta(minutes=20)) == 1
    assert sorted(box.bodies()) == sorted(mails(4))
    assert [(d.uid, d.gone_at is not None) for d in box.deliveries()] == [
        (1, False),
        (2, False),
        (3, True),
        (4, False),
    ]
