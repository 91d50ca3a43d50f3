"""On a machine with other users, nobody else reaches the embedded engines or reads what they write down."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from smokewatch.engines import account
from smokewatch.engines.errors import EngineError
from smokewatch.engines.postgres import Postgres
from smokewatch.engines.redis import Redis


def _long(tmp_path: Path) -> Path:
    return tmp_path / ("long" * 20) / ("path" * 20)


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder as all users share it: of a short name, for a socket's path ends at 107 characters."""
    with tempfile.TemporaryDirectory() as shared:
        Path(shared).chmod(0o755)
        monkeypatch.setattr("tempfile.tempdir", shared)
        yield Path(shared)


def _refuses(engine: Postgres | Redis) -> bool:
    try:
        engine.start()
    except EngineError as error:
        return "not a folder of ours alone" in str(error)
    engine.stop()
    return False


def test_a_folder_that_others_may_enter_is_no_place_for_the_database(tmp_path: Path, temporary: Path) -> None:
    server = Postgres(_long(tmp_path), durable=False)
    assert server.socket.parent == temporary
    server.socket.mkdir(mode=0o755)
    assert _refuses(server)


def test_a_link_put_there_before_is_no_place_for_the_queue(tmp_path: Path, temporary: Path) -> None:
    server = Redis(_long(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    assert server.socket.parent.parent == temporary
    server.socket.parent.symlink_to(elsewhere)
    assert _refuses(server)


def test_a_folder_of_ours_alone_is_used_again(tmp_path: Path) -> None:
    for _ in range(2):
        account.private_folder(tmp_path / "mine")
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("temporary")
def test_the_queue_runs_in_the_temporary_folder(tmp_path: Path) -> None:
    server = Redis(_long(tmp_path))
    server.start()
    assert server.socket.exists()
    server.stop()


def test_the_database_logs_for_its_owners_eyes(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "pg", durable=False)
    server.start()
    server.stop()
    assert server.log.stat().st_mode & 0o077 == 0
