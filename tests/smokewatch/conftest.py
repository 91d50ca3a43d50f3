"""The command line against a database of the test's own, as one of two people."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.words import Role
from smokewatch.__main__ import main
from store.database import Store
from store.people import Account, Person, Team

ADMIN = "ada@us.example"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def company(store: Store) -> Store:
    """A store with a team, an admin, an agent and an account."""
    with store.transaction() as session:
        team = Team(name="Support", zone="Europe/Berlin")
        session.add(team)
        session.flush()
        admin = Person(name="Ada Admin", email=ADMIN, handle="ada", role=Role.ADMIN, team_id=team.id)
        agent = Person(name="Bob Agent", email="bob@us.example", handle="bob", role=Role.AGENT, team_id=None)
        now = datetime.now(UTC)
        session.add_all([admin, agent, Account(name="Acme", created_at=now, team_id=team.id)])
    return store


@pytest.fixture
def run(company: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run one command in an empty folder; exit code, output, errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", company.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("SMOKEWATCH__ADMIN", ADMIN)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main(list(words))
        out, err = capfd.readouterr()
        return code, out, err

    return call
