"""The embedded engines start, are shared, survive a crash, and stop with their last user."""

import os
import signal
import smtplib
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import redis
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from smokewatch.engines.errors import EngineError
from smokewatch.engines.imap import USER, LocalImap, put
from smokewatch.engines.postgres import Postgres
from smokewatch.engines.redis import Redis
from smokewatch.engines.smtp import USER as SMTP_USER
from smokewatch.engines.smtp import LocalSmtp

MAIL = b"From: Ann <ann@them.example>\r\nTo: reply+x@us.example\r\nSubject: [ESC-3] Hi\r\n\r\nHello\r\n"


def test_postgres_keeps_its_data_over_a_restart(tmp_path: Path) -> None:
    server = Postgres(tmp_path, durable=False)
    with psycopg.connect(server.start()) as connection:
        connection.execute("CREATE TABLE kept (x int)")
    server.stop()
    assert server.pid() is None
    with psycopg.connect(server.start()) as connection:
        connection.execute("SELECT x FROM kept")
    server.stop()


def test_postgres_stops_with_its_last_user(tmp_path: Path) -> None:
    first, second = Postgres(tmp_path, durable=False), Postgres(tmp_path, durable=False)
    first.start()
    second.start()
    first.stop()
    assert second.pid() is not None
    second.stop()
    assert second.pid() is None


def test_postgres_recovers_from_a_kill(tmp_path: Path) -> None:
    server = Postgres(tmp_path, durable=False)
    server.start()
    pid = server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.1)
    again = Postgres(tmp_path, durable=False)
    with psycopg.connect(again.start()) as connection:
        connection.execute("SELECT 1")
    again.stop()
    server.stop()


def test_a_pid_file_whose_number_another_process_has_now_is_seen_through(tmp_path: Path) -> None:
    server = Postgres(tmp_path, durable=False)
    server.start()
    server.stop()
    (tmp_path / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path / 'data'}\n", encoding="ascii")
    server.start()
    assert server.pid() not in (None, os.getpid())
    server.stop()


def test_a_first_start_that_was_cut_short_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "half").write_text("x", encoding="ascii")
    server = Postgres(tmp_path, durable=False)
    server.start()
    server.stop()


def test_a_path_too_long_for_a_socket_is_no_trouble(tmp_path: Path) -> None:
    server = Postgres(tmp_path / ("long" * 20) / ("path" * 20), durable=False)
    psycopg.connect(server.start()).close()
    server.stop()


def test_data_of_another_version_is_refused_in_a_sentence(tmp_path: Path) -> None:
    server = Postgres(tmp_path, durable=False)
    server.start()
    server.stop()
    (tmp_path / "data" / "PG_VERSION").write_text("12\n", encoding="ascii")
    with pytest.raises(EngineError, match="was written by PostgreSQL 12, but version"):
        server.start()


def test_redis_keeps_the_queue_over_a_restart(tmp_path: Path) -> None:
    server = Redis(tmp_path)
    with redis.Redis.from_url(server.start()) as client:
        client.set("hint", "kept")
    server.stop()
    with redis.Redis.from_url(server.start()) as client:
        assert client.get("hint") == b"kept"
    server.stop()


def test_imap_serves_what_was_put_into_its_folder(tmp_path: Path) -> None:
    put(tmp_path, MAIL, datetime.now(UTC))
    server = LocalImap(tmp_path)
    server.start()
    with IMAPClient("127.0.0.1", server.port, ssl=False) as client:
        client.login(USER, server.password)
        assert client.select_folder("INBOX")[b"EXISTS"] == 1
    server.stop()


def test_imap_refuses_a_wrong_password(tmp_path: Path) -> None:
    server = LocalImap(tmp_path)
    server.start()
    client = IMAPClient("127.0.0.1", server.port, ssl=False)
    with pytest.raises(LoginError):
        client.login(USER, "wrong")
    client.shutdown()
    server.stop()


def test_the_catcher_files_a_mail_as_text(tmp_path: Path) -> None:
    server = LocalSmtp(tmp_path, tmp_path / "outbox", lambda _: False, lambda _: None)
    server.start()
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        client.sendmail("a@us.example", ["boss@us.example"], MAIL)
    server.stop()
    assert (tmp_path / "outbox" / "0001-ESC-3-reply-x.txt").read_text(encoding="utf-8").endswith("Hello\n")


@pytest.mark.parametrize(
    ("logged_in", "said"), [(True, b"dmarc=pass header.from=them.example"), (False, b"dmarc=none")]
)
def test_the_catcher_vouches_only_for_who_logged_in(tmp_path: Path, logged_in: bool, said: bytes) -> None:
    taken: list[bytes] = []
    server = LocalSmtp(tmp_path, tmp_path / "outbox", lambda _: True, taken.append)
    server.start()
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        if logged_in:
            client.login(SMTP_USER, server.password)
        client.sendmail("ann@them.example", ["reply+x@us.example"], MAIL)
    server.stop()
    assert said in taken[0].partition(b"\r\n\r\n")[0]


def test_the_local_smtp_server_takes_any_port_when_its_own_is_taken(tmp_path: Path) -> None:
    first, second = (LocalSmtp(tmp_path, tmp_path / "outbox", lambda _: False, lambda _: None) for _ in range(2))
    first.start()
    second.start()
    assert second.port not in (0, first.port)
    with smtplib.SMTP("127.0.0.1", second.port) as client:
        assert client.noop()[0] == 250
    second.stop()
    first.stop()
