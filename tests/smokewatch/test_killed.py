"""Retention and migration killed half-way leave nothing half done (kill points K28 and K29)."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, inspect, select, text

from config.killpoint import killpoint
from config.words import Channel
from smokewatch import forgetting
from store.database import Store
from store.mail import RawMail
from store.migrate import migrate
from workflow.record import By

ROOT = Path(__file__).parents[2]
MAIL = b"From: Ann <ann@acme.example>\nDate: Wed, 06 May 2026 09:00:00 +0000\nMessage-ID: <1@acme.example>\n\nHello\n"
TIMES = int(os.environ.get("SOAK", "3"))

pytestmark = pytest.mark.kill


def _killed(store: Store, point: str, code: str) -> int:
    url = store.engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "KILL_AT": point, "URL": url, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=environment, check=False).returncode


@pytest.mark.parametrize("_nth", range(TIMES))
def test_a_killed_retention_is_finished_by_the_next(company: Store, run: "object", tmp_path: Path, _nth: int) -> None:
    assert callable(run)
    (tmp_path / "a.eml").write_bytes(MAIL)
    run("import", "a.eml")
    code = (
        "import os; from datetime import UTC, datetime; from smokewatch import forgetting;"
        "from store.database import Store, connect; from config.words import Channel; from workflow.record import By;"
        "by = By(None, 'smokewatch', Channel.SYSTEM, datetime.now(UTC));"
        "forgetting.expire(Store(connect(os.environ['URL'])), 30, by)"
    )
    assert _killed(company, "K28:1", code) == -signal.SIGKILL
    assert _emptied(company) == 0
    by = By(None, "smokewatch", Channel.SYSTEM, datetime.now(UTC))
    assert forgetting.expire(company, 30, by) == 1
    assert _emptied(company) == 1


@pytest.mark.parametrize("_nth", range(TIMES))
def test_a_killed_migration_leaves_no_table_behind(store: Store, _nth: int) -> None:
    owner = create_engine(store.engine.url)
    with owner.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    code = "import os; from store.migrate import migrate; migrate(os.environ['URL'])"
    assert _killed(store, "K29:1", code) == -signal.SIGKILL
    assert inspect(owner).get_table_names() == []
    migrate(store.engine.url.render_as_string(hide_password=False))
    assert "audit" in inspect(owner).get_table_names()
    owner.dispose()


def test_an_unarmed_point_does_nothing() -> None:
    killpoint("K28")


def _emptied(store: Store) -> int:
    with store.transaction() as session:
        return session.scalar(select(func.count()).where(RawMail.body == b"")) or 0
