"""A server that misbehaves never makes a mail count as kept without its bytes, nor one mail delay the others."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from config.settings import Limits, Mailbox
from ingest.poll import Polled, Poller, Standing
from ingest.take import Desk
from ingest.timing import Timing
from store.database import Store
from store.mail import Delivery, Folder, RawMail, Reconciliation
from tests.ingest.fakeimap import FakeImap, HangUp

NOW = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)
QUICK = Timing(connect=2, read=2, command=1, check=1, bytes_per_second=1_000_000, login_gap=0, slice=0.1, standby=0.1)
MAILS = {uid: f"Subject: {uid}\r\n\r\nBody of {uid}\r\n".encode() for uid in range(1, 11)}


@pytest.fixture
def server() -> Iterator[FakeImap]:
    """A server with ten mails."""
    with FakeImap(dict(MAILS)).running() as server:
        yield server


class Watch:
    """A poller on the fake server and what it has kept."""

    def __init__(self, server: FakeImap, store: Store, timing: Timing = QUICK, **changes: object) -> None:
        given: dict[str, object] = {
            "name": "box", "address": "a@b.example", "host": "127.0.0.1", "port": server.port,
            "security": "plain", "user": "u", "password": SecretStr("p"), "poll_seconds": 5,
        }  # fmt: skip
        self.store, self.handed = store, list[int]()
        mailbox = Mailbox.model_validate(given | changes)
        self.poller = Poller(Desk(store, mailbox, self.handed.extend, Limits(mail_bytes=100_000), timing))

    def polls(self, count: int, seconds: float = 120) -> list[Standing]:
        """Poll so often, so far apart."""
        found = [self.poller.poll_once(NOW + timedelta(seconds=seconds * n)).standing for n in range(count)]
        self.poller.close()
        return found

    def kept(self) -> list[bytes]:
        """Every kept mail."""
        with self.store.transaction() as session:
            return sorted(session.scalars(select(RawMail.body)))

    def problems(self) -> dict[int, str]:
        """By UID, why it is not kept."""
        with self.store.transaction() as session:
            rows = session.scalars(select(Delivery).where(Delivery.problem.is_not(None)))
            return {row.uid: str(row.problem) for row in rows}

    def folder(self) -> Folder:
        """The folder's row."""
        with self.store.transaction() as session:
            return session.scalars(select(Folder)).one()


def but(*uids: int) -> list[bytes]:
    """All mails but these."""
    return sorted(mail for uid, mail in MAILS.items() if uid not in uids)


@pytest.fixture
def watch(server: FakeImap, store: Store) -> Watch:
    """A quick poller."""
    return Watch(server, store)


@pytest.mark.parametrize(
    "answer",
    [b"* 7 FETCH (UID 7 BODY[] NIL)\r\n", b"* 7 FETCH (UID 7)\r\n", b'* 7 FETCH (UID 7 BODY[] "")\r\n'],
    ids=["NIL", "no body", "empty"],
)
def test_an_answer_without_bytes_is_unfetchable_after_three_tries(
    server: FakeImap, watch: Watch, answer: bytes
) -> None:
    server.tricks["BODY 7"] = lambda _: answer
    watch.polls(1)
    assert (watch.kept(), watch.problems()) == (but(7), {7: "refused"})
    watch.polls(3)
    assert (watch.kept(), watch.problems()) == (but(7), {7: "unfetchable"})


def test_reconciliation_fetches_what_was_unfetchable_once_the_server_is_mended(
    server: FakeImap, watch: Watch, store: Store
) -> None:
    server.tricks["BODY 7"] = lambda _: b"* 7 FETCH (UID 7 BODY[] NIL)\r\n"
    watch.polls(4)
    del server.tricks["BODY 7"]
    watch.polls(9)
    assert (watch.kept(), watch.problems()) == (but(), {})
    with store.transaction() as session:
        last = session.scalars(select(Reconciliation).order_by(Reconciliation.id.desc())).first()
    assert last
    assert last.missing == [{"uid": 7, "why": "unfetchable", "kept": True}]


def test_a_body_missing_once_is_fetched_again_at_once(server: FakeImap, watch: Watch) -> None:
    answers = [b"* 7 FETCH (UID 7 BODY[] NIL)\r\n"]
    server.tricks["BODY 7"] = lambda ordinary: answers.pop() if answers else ordinary
    watch.polls(1)
    assert (watch.kept(), watch.problems()) == (but(), {})


def test_a_short_body_is_never_kept(server: FakeImap, watch: Watch) -> None:
    answers = [b"* 7 FETCH (UID 7 BODY[] {4}\r\nSubj)\r\n"]
    server.tricks["BODY 7"] = lambda ordinary: answers.pop() if answers else ordinary
    watch.polls(2)
    assert (watch.kept(), watch.problems()) == (but(), {})


def test_a_size_that_the_server_only_estimates_is_believed_when_two_fetches_agree(
    server: FakeImap, watch: Watch
) -> None:
    server.tricks["FETCH"] = lambda answer: answer.replace(b"RFC822.SIZE 2", b"RFC822.SIZE 3")
    watch.polls(1)
    assert (watch.kept(), watch.problems()) == (but(), {})


def test_one_mail_that_the_server_refuses_does_not_stop_its_batch(server: FakeImap, watch: Watch) -> None:
    server.tricks["BODY"] = lambda answer: b"TAG NO internal error\r\n" if b"UID 7 " in answer else answer
    assert watch.polls(1) == [Standing.WATCHING]
    assert (watch.kept(), watch.problems()) == (but(7), {7: "refused"})


def test_one_mail_that_ends_the_connection_delays_the_others_by_a_few_logins(server: FakeImap, watch: Watch) -> None:
    def bye(_: bytes) -> bytes:
        raise HangUp(b"* BYE internal error\r\n")

    server.tricks["BODY 7"] = bye
    watch.polls(8)
    assert (watch.kept(), watch.problems()) == (but(7), {7: "cut"})


def test_an_announced_literal_of_six_gigabytes_is_not_allocated(server: FakeImap, watch: Watch) -> None:
    server.tricks["BODY 7"] = lambda _: b"* 7 FETCH (UID 7 BODY[] {6000000000}\r\n"
    watch.polls(8)
    assert (watch.kept(), watch.problems()) == (but(7), {7: "cut"})


def test_nonsense_in_an_answer_drops_the_connection_and_keeps_nothing_of_it(server: FakeImap, watch: Watch) -> None:
    server.tricks["BODY"] = lambda answer: answer.replace(b"BODY[]", b"BODY[](((")
    assert watch.polls(1) == [Standing.FAILED]
    assert watch.kept() == []


def test_the_named_time_of_a_throttling_server_is_obeyed(server: FakeImap, watch: Watch) -> None:
    text = b"TAG BAD Request is throttled. Suggested Backoff Time: 89117 milliseconds\r\n"
    server.tricks["SEARCH"] = lambda _: text
    watch.poller.poll_once(NOW)
    assert watch.folder().retry_at == NOW + timedelta(milliseconds=89117)
    server.tricks.clear()
    assert watch.poller.poll_once(NOW + timedelta(seconds=89)).standing is Standing.WAITING
    assert watch.poller.poll_once(NOW + timedelta(seconds=90)).kept == 10
    watch.poller.close()


def test_an_unavailable_server_is_left_alone_and_tried_again(server: FakeImap, watch: Watch) -> None:
    server.tricks["SEARCH"] = lambda _: b"TAG NO [UNAVAILABLE] try later\r\n"
    assert watch.polls(1) == [Standing.FAILED]
    assert watch.folder().retry_at == NOW + timedelta(seconds=60)


def test_a_failing_server_sees_one_login_per_thirty_seconds(server: FakeImap, store: Store) -> None:
    def bye(_: bytes) -> bytes:
        raise HangUp

    server.tricks["SEARCH"] = bye
    Watch(server, store, Timing(connect=2, read=2, command=1)).polls(20, seconds=40)
    assert server.count("LOGIN") == 1


def test_the_asterisk_s_last_mail_is_not_fetched_again(server: FakeImap, watch: Watch) -> None:
    watch.polls(3, seconds=5)
    assert server.count("BODY") == 1


def test_a_drip_of_a_byte_a_second_ends_at_the_command_s_deadline(server: FakeImap, watch: Watch) -> None:
    def drip(_: bytes) -> bytes:
        time.sleep(30)
        return b""

    server.tricks["SEARCH"] = drip
    begun = time.monotonic()
    assert watch.polls(1) == [Standing.FAILED]
    assert time.monotonic() - begun < 5
    assert "within 1 s" in str(watch.folder().last_error)


def test_a_connection_that_ends_while_idle_is_noticed_and_opened_again(server: FakeImap, store: Store) -> None:
    def bye(_: bytes) -> bytes:
        raise HangUp(b"+ idling\r\n")

    server.tricks["IDLE"] = bye
    watch = Watch(server, store, poll_seconds=60)
    stop = threading.Event()
    thread = threading.Thread(target=watch.poller.run, args=(stop, lambda: NOW))
    thread.start()
    end = time.monotonic() + 20
    while server.count("LOGIN") < 3 and time.monotonic() < end:
        time.sleep(0.02)
    stop.set()
    thread.join(10)
    assert server.count("LOGIN") >= 3
    assert watch.kept() == but()


def test_a_quiet_mailbox_is_waited_on_in_idle(server: FakeImap, store: Store) -> None:
    watch = Watch(server, store, poll_seconds=60)
    stop = threading.Event()
    thread = threading.Thread(target=watch.poller.run, args=(stop, lambda: NOW))
    thread.start()
    time.sleep(1.5)
    stop.set()
    thread.join(10)
    assert server.count("IDLE") == 1


@pytest.mark.parametrize(
    "go_ahead", [b"+ idling\r\n* 11 EXISTS\r\n", b"* 11 EXISTS\r\n+ idling\r\n"], ids=["after", "before"]
)
def test_mail_announced_with_the_go_ahead_is_fetched_at_once(server: FakeImap, watch: Watch, go_ahead: bytes) -> None:
    server.tricks["IDLE"] = lambda _: go_ahead
    watch.poller.poll_once(NOW)
    begun = time.monotonic()
    watch.poller.wait(threading.Event(), Polled(Standing.WATCHING))
    assert watch.poller._imap is not None
    watch.poller.close()
    assert time.monotonic() - begun < 4


def test_an_announcement_that_comes_in_two_packets_ends_no_connection(server: FakeImap, store: Store) -> None:
    """The 30 s until the next login would be added to the way of the alert."""
    server.tricks["IDLE"] = lambda _: b"+ idling\r\n|* 10 FETCH (|FLAGS ())\r\n* 11 EXI|STS\r\n"
    server.cut = b"|"
    watch = Watch(server, store, poll_seconds=60)
    watch.poller.poll_once(NOW)
    begun = time.monotonic()
    watch.poller.wait(threading.Event(), Polled(Standing.WATCHING))
    assert time.monotonic() - begun < 4
    assert watch.poller.poll_once(NOW).standing is Standing.WATCHING
    watch.poller.close()
    assert server.count("LOGIN") == 1


def test_a_missing_folder_does_not_keep_the_others_from_idle(server: FakeImap, store: Store) -> None:
    server.tricks["EXAMINE"] = lambda answer: b"TAG NO no such folder\r\n" if server.count("EXAMINE") == 1 else answer
    watch = Watch(server, store, poll_seconds=60, folders=("Nowhere", "INBOX"))
    assert watch.poller.poll_once(NOW).standing is Standing.WATCHING
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    watch.poller.wait(stop, Polled(Standing.WATCHING))
    watch.poller.close()
    assert server.count("IDLE") == 1


def test_a_stop_is_heard_between_two_batches(server: FakeImap, store: Store) -> None:
    server.mails = {uid: b"Subject: %d\r\n\r\n" % uid for uid in range(1, 1001)}
    watch = Watch(server, store)
    stop = threading.Event()

    def stop_at_the_third(answer: bytes) -> bytes:
        if server.count("BODY") == 3:
            stop.set()
        return answer

    server.tricks["BODY"] = stop_at_the_third
    watch.poller.run(stop, lambda: NOW)
    assert len(watch.kept()) == len(watch.handed) == 150


def test_an_expired_access_token_ends_the_session_but_is_no_lost_mail(server: FakeImap, watch: Watch) -> None:
    answers = [b"* BYE Session invalidated - AccessTokenExpired\r\n"]
    server.tricks["SEARCH"] = lambda ordinary: answers.pop() if answers else ordinary
    assert watch.polls(2) == [Standing.FAILED, Standing.WATCHING]
    assert watch.kept() == but()


def test_a_uidnext_that_fell_back_starts_the_folder_again(server: FakeImap, watch: Watch) -> None:
    watch.polls(1)
    server.mails = {1: MAILS[1], 2: b"Subject: restored\r\n\r\nnew\r\n"}
    watch.polls(1)
    assert watch.kept() == sorted([*MAILS.values(), server.mails[2]])


def test_a_queue_that_is_down_does_not_stop_intake(server: FakeImap, store: Store) -> None:
    watch = Watch(server, store)

    def down(_: object) -> None:
        raise ConnectionError

    watch.poller._desk.__dict__["hand_over"] = down
    assert watch.polls(1) == [Standing.WATCHING]
    assert watch.kept() == but()
