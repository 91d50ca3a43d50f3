"""A full disk and a read-only database are seen before and when they hurt, and told in a sentence."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg.errors
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from config.settings import Settings
from smokewatch import checks, room
from smokewatch.bootstrap import build
from smokewatch.cli.failures import explain
from smokewatch.cli.output import Exit
from smokewatch.service import Roles, Service
from store.database import Store, connect

Run = Callable[..., tuple[int, str, str]]
MUCH = 10**9


@pytest.fixture
def read_only(store: Store) -> Iterator[Store]:
    """A store whose connections may not write, as on a standby."""
    engine = connect(store.engine.url.render_as_string(hide_password=False))
    with store.transaction() as session:
        name = session.execute(text("SELECT current_database()")).scalar_one()
        session.execute(text("RESET ROLE"))
        session.execute(text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    yield Store(engine)
    engine.dispose()


@pytest.fixture
def service(store: Store, tmp_path: Path) -> Iterator[Service]:
    """A service that was not started."""
    settings = Settings(var=tmp_path, database_url=store.engine.url.render_as_string(hide_password=False))
    app = build(settings)
    yield Service(app, Roles())
    app.close()


def test_too_little_room_is_told_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    told = room.short_of_room(Settings(var=tmp_path, least_free_mb=MUCH))
    assert told is not None
    assert f"are free for {tmp_path}/postgres (least_free_mb is {MUCH}): make room there" in told


@pytest.mark.parametrize("least", [0, 1])
def test_enough_room_is_no_news(tmp_path: Path, least: int) -> None:
    assert room.short_of_room(Settings(var=tmp_path, least_free_mb=least)) is None


def test_not_ready_without_room(service: Service) -> None:
    assert service._ready() is None
    small = service.app.settings.model_copy(update={"least_free_mb": MUCH})
    service.app = replace(service.app, settings=small)
    assert "make room there" in str(service._ready())


def test_not_ready_while_the_database_is_read_only(service: Service, read_only: Store) -> None:
    service.app = replace(service.app, store=read_only)
    assert str(service._ready()).startswith("The database is read-only")


def test_a_refused_write_is_remembered_for_a_minute(read_only: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = room.RefusedWrites()
    refused.watch(read_only.engine)
    assert refused.sentence() is None
    with pytest.raises(DBAPIError), read_only.transaction() as session:
        room.try_to_write(session)
    assert refused.sentence() == room.SENTENCES[room.READ_ONLY]
    monkeypatch.setattr(room, "REMEMBERED_SECONDS", -1.0)
    assert refused.sentence() is None


def test_a_trial_write_leaves_nothing_behind(store: Store) -> None:
    for _ in range(2):
        with store.transaction() as session:
            room.try_to_write(session)


def test_a_full_disk_is_told_with_what_to_do() -> None:
    error = OperationalError("INSERT", {}, psycopg.errors.DiskFull("No space left on device"))
    assert explain(error) == (Exit.TRY_AGAIN, [room.SENTENCES[room.DISK_FULL]])


def test_the_check_tries_to_write(service: Service, read_only: Store) -> None:
    finding = checks._database(replace(service.app, store=read_only))
    assert (finding.ok, finding.detail) == (False, "the database is read-only")
    assert finding.fix.startswith("Let database_url name the primary server")


@pytest.mark.usefixtures("read_only")
def test_any_command_says_that_the_database_is_read_only(run: Run) -> None:
    code, _, err = run("check")
    assert (code, err.strip()) == (Exit.TRY_AGAIN, room.SENTENCES[room.READ_ONLY])
