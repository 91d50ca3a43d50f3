"""Intake from a real Dovecot: every mail is kept exactly once, whatever happens to the folder."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest
from imapclient import IMAPClient
from sqlalchemy import func, select

from ingest.poll import Poller, Standing
from ingest.take import Desk
from store.database import Store
from store.mail import Delivery, Folder, RawMail

pytestmark = pytest.mark.dovecot
NOW = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)
MakeDesk = Callable[..., Desk]
MakeMails = Callable[..., list[bytes]]


class Server(Protocol):
    """What these tests need of the `dovecot` fixture."""

    def put(self, user: str, mails: list[bytes], folder: str = "INBOX") -> None: ...

    def client(self, user: str) -> IMAPClient: ...


def bodies(store: Store) -> list[bytes]:
    with store.transaction() as session:
        return list(session.scalars(select(RawMail.body).order_by(RawMail.id)))


def deliveries(store: Store) -> list[Delivery]:
    with store.transaction() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.uidvalidity, Delivery.uid)))


def folder(store: Store) -> Folder:
    with store.transaction() as session:
        return session.scalars(select(Folder).order_by(Folder.id)).one()


def poll(desk: Desk, now: datetime = NOW) -> int:
    poller = Poller(desk)
    polled = poller.poll_once(now)
    poller.close()
    assert polled.standing is Standing.WATCHING, folder(desk.store).last_error
    return polled.kept


def test_mails_are_kept_byte_for_byte_in_order_and_handed_over(
    desk: MakeDesk, dovecot: Server, user: str, mails: MakeMails, store: Store, handed: list[int]
) -> None:
    dovecot.put(user, mails(3))
    assert poll(desk()) == 3
    assert bodies(store) == mails(3)
    assert handed == sorted(handed)
    assert len(handed) == 3


def test_a_second_poll_keeps_only_what_is_new(
    desk: MakeDesk, dovecot: Server, user: str, mails: MakeMails, store: Store
) -> None:
    dovecot.put(user, mails(2))
    poll(desk())
    dovecot.put(user, mails(2, first=2))
    assert poll(desk()) == 2
    assert bodies(store) == mails(4)


def test_what_a_human_has_read_is_kept_and_nothing_is_marked_read(
    desk: MakeDesk, dovecot: Server, user: str, mails: MakeMails
) -> None:
    dovecot.put(user, mails(2))
    with dovecot.client(user) as client:
        client.select_folder("INBOX")
        client.add_flags(1, ["\\Seen"])
        assert poll(desk()) == 2
        assert client.search(["UNSEEN"]) == [2]


def test_five_thousand_mails_are_kept_exactly_once(
    desk: MakeDesk, dovecot: Server, user: str, mails: MakeMails, store: Store, handed: list[int]
) -> None:
    dovecot.put(user, mails(5000))
    begun = time.monotonic()
    poller = Poller(desk())
    while poller.poll_once(NOW).more:
        pass
    print(f"kept {5000 / (time.monotonic() - begun):.0f} mails/s")  # noqa: T201 - shown with -s
    poller.close()
    assert sorted(bodies(store)) == sorted(mails(5000))
    assert len(set(handed)) == len(handed) == 5000


def test_a_new_uidvalidity_brings_old_and_new_mails_once(
    desk: MakeDesk, dovecot: Server, user: str, mails: MakeMails, store: Store, handed: list[int]
) -> None:
    with dovecot.client(user) as client:
        client.create_folder("Work")
        dovecot.put(user, mails(30), "Work")
        poll(desk(folders=("Work",)))
        client.delete_folder("Work")
        time.sleep(1.1)  # Dovecot's UIDVALIDITY is the second of creation
        client.create_folder("Work")
    dovecot.put(user, mails(33), "Work")
    assert poll(desk(folders=("Work",))) == 3
    assert sorted(bodies(store)) == sorted(mails(33))
    assert len(handed) == 33
    assert len(deliveries(store)) == 63


def test_a_mail_moved_out_and_back_is_the_same_mail(
    desk: MakeDesk, dovecot: Server, user: str, mails: MakeMails, store: Store
) -> None:
    dovecot.put(user, mails(2))
    poll(desk())
    with dovecot.client(user) as client:
        client.create_folder("Aside")
        client.select_folder("INBOX")
        client.move(1, "Aside")
        client.select_folder("Aside")
        client.move(1, "INBOX")
    assert poll(desk()) == 0
    assert bodies(store) == mails(2)
    assert [d.uid for d in deliveries(store)] == [1, 2, 3]


def test_a_mail_expunged_before_the_fetch_is_gone_after_two_misses(
    desk: MakeDesk, dovecot: Server, user: str, mails: MakeMails, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.put(user, mails(3))

    def expunge(imap: object, uids: object) -> object:
        monkeypatch.undo()
        with dovecot.client(user) as client:
            client.select_folder("INBOX")
            client.delete_messages([2])
            client.expunge()
        return heads(imap, uids)

    from ingest import take  # noqa: PLC0415

    heads = take.heads
    monkeypatch.setattr(take, "heads", expunge)
    poller = Poller(desk())
    polls = [poller.poll_once(NOW + timedelta(minutes=m)) for m in range(3)]
    poller.close()
    assert [p.kept for p in polls] == [2, 0, 0]
    assert [(d.uid, d.problem) for d in deliveries(store)] == [(1, None), (2, "gone"), (3, None)]


def test_an_oversized_mail_is_kept_in_part_and_left_on_the_server(
    desk: MakeDesk, dovecot: Server, user: str, mails: MakeMails, store: Store
) -> None:
    big = mails(1)[0] + b"x" * 70 + (b"\r\n" + b"y" * 70) * 40_000
    dovecot.put(user, [big, *mails(1, first=1)])
    small = desk(after_keep="delete")
    poll(Desk(small.store, small.mailbox, small.hand_over, small.limits.model_copy(update={"mail_bytes": 2_000_000}), small.timing))
    with store.transaction() as session:
        rows = [(r.truncated, r.size) for r in session.scalars(select(RawMail).order_by(RawMail.id))]
    assert rows == [(True, len(big)), (False, len(mails(2)[1]))]
    assert big.startswith(bodies(store)[0])
    with dovecot.client(user) as client:
        assert client.select_folder("INBOX")[b"EXISTS"] == 1


@pytest.mark.parametrize("after", ["flag", "move", "delete"])
def test_kept_mail_is_tidied_as_configured(
    desk: MakeDesk, dovecot: Server, user: str, mails: MakeMails, store: Store, after: str
) -> None:
    dovecot.put(user, mails(3))
    poll(desk(after_keep=after, move_to="Done"))
    with dovecot.client(user) as client:
        left = client.select_folder("INBOX")[b"EXISTS"]
        flagged = len(client.search(["KEYWORD", "Smokewatch"]))
        unseen = len(client.search(["UNSEEN"]))
        moved = client.select_folder("Done")[b"EXISTS"] if after == "move" else 0
    assert (left, flagged, moved, unseen) == {"flag": (3, 3, 0, 3), "move": (0, 0, 3, 0), "delete": (0, 0, 0, 0)}[after]
    assert bodies(store) == mails(3)


def test_several_folders_are_polled_over_one_connection(
    desk: MakeDesk, dovecot: Server, user: str, mails: MakeMails, store: Store
) -> None:
    with dovecot.client(user) as client:
        client.create_folder("Work")
    dovecot.put(user, mails(2))
    dovecot.put(user, mails(2, first=2), "Work")
    assert poll(desk(folders=("INBOX", "Work"))) == 4
    assert sorted(bodies(store)) == sorted(mails(4))


def test_a_missing_folder_does_not_stop_the_others(
    desk: MakeDesk, dovecot: Server, user: str, mails: MakeMails, store: Store
) -> None:
    dovecot.put(user, mails(2))
    assert poll(desk(folders=("Nowhere", "INBOX"))) == 2
    with store.transaction() as session:
        errors = {name: error for name, error in session.execute(select(Folder.name, Folder.last_error))}
    assert errors["INBOX"] is None
    assert "refused select_folder" in str(errors["Nowhere"])


def test_idle_brings_a_mail_at_once(
    desk: MakeDesk, dovecot: Server, user: str, mails: MakeMails, handed: list[int]
) -> None:
    stop = threading.Event()
    poller = Poller(desk(poll_seconds=60))
    thread = threading.Thread(target=poller.run, args=(stop, lambda: NOW))
    thread.start()
    time.sleep(1)
    waits = []
    for number in range(3):
        dovecot.put(user, mails(1, first=number))
        begun = time.monotonic()
        while len(handed) <= number and time.monotonic() - begun < 10:
            time.sleep(0.005)
        waits.append(time.monotonic() - begun)
    stop.set()
    thread.join(10)
    assert len(handed) == 3
    assert max(waits) < 3, waits


def test_a_wrong_password_is_recorded_and_the_next_login_waits(desk: MakeDesk, dovecot: Server, store: Store) -> None:
    poller = Poller(desk(password="wrong"))
    assert poller.poll_once(NOW).standing is Standing.FAILED
    assert poller.poll_once(NOW + timedelta(seconds=1)).standing is Standing.WAITING
    poller.close()
    row = folder(store)
    assert "refused the login" in str(row.last_error)
    assert row.failing_since == NOW


def test_reconciliation_names_and_fetches_what_is_missing(
    desk: MakeDesk, dovecot: Server, user: str, mails: MakeMails, store: Store
) -> None:
    with dovecot.client(user) as client:
        for mail in mails(4):
            client.append("INBOX", mail, msg_time=NOW)
    poll(desk())
    with store.transaction() as session:
        session.delete(session.scalars(select(Delivery).where(Delivery.uid == 2)).one())
        lost = session.scalars(select(RawMail).where(RawMail.body == mails(2)[1])).one()
        session.delete(lost)
    with dovecot.client(user) as client:
        client.select_folder("INBOX")
        client.delete_messages([3])
        client.expunge()
    assert poll(desk(), NOW + timedelta(minutes=20)) == 1
    assert sorted(bodies(store)) == sorted(mails(4))
    assert [(d.uid, d.gone_at is not None) for d in deliveries(store)] == [(1, False), (2, False), (3, True), (4, False)]
