"""What only an admin may do on the command line, and who counts as one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from smokewatch.cli.output import Exit
from store.database import Store
from store.people import Person
from store.record import Audit

Run = Callable[..., tuple[int, str, str]]
BOB = ("--as", "bob@us.example")
ACTS = [
    ["parked", "list"], ["parked", "retry", "--all"], ["parked", "drop", "--all"],
    ["outbox", "retry", "--all"], ["outbox", "drop", "--all"], ["forget", "ann@acme.example", "--yes"], ["retention"],
    ["token", "rotate"], ["token", "revoke", "ada@us.example"],
    ["people", "import", "p.csv"], ["teams", "import", "p.csv"], ["accounts", "import", "p.csv"],
]  # fmt: skip


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOKEWATCH__RETENTION_DAYS", "30")
    (tmp_path / "p.csv").write_text("email,name,role\nbob@us.example,Bob,admin\n", encoding="utf-8")


@pytest.mark.parametrize("words", ACTS, ids=" ".join)
def test_who_is_no_admin_is_refused_and_nothing_is_done(run: Run, company: Store, words: list[str]) -> None:
    code, _, err = run(*BOB, *words)
    assert code == Exit.REFUSED
    assert "bob@us.example is no admin (agent), and only an admin may do this" in err
    with company.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Audit)) == 0


def test_who_the_settings_name_is_checked_like_who_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOKEWATCH__ADMIN", "bob@us.example")
    assert "is no admin" in run("token", "rotate")[2]


def test_whoever_keeps_the_machine_acts_without_being_one_of_the_people(
    run: Run, company: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMOKEWATCH__ADMIN", "keeper@us.example")
    assert run("people", "import", "p.csv")[0] == Exit.OK
    with company.transaction() as session:
        assert session.scalar(select(Audit.actor)) == "keeper@us.example"


def test_a_stranger_who_is_named_is_refused(run: Run) -> None:
    code, _, err = run("--as", "eve@them.example", "people", "import", "p.csv")
    assert (code, "is not one of your people" in err) == (Exit.REFUSED, True)


def test_one_may_revoke_ones_own_reply_addresses(run: Run, company: Store) -> None:
    assert run(*BOB, "token", "revoke", "bob@us.example")[0] == Exit.OK
    with company.transaction() as session:
        assert session.scalar(select(Person.token_serial).where(Person.handle == "bob")) == 1


@pytest.mark.parametrize(
    ("words", "action"),
    [(["forget", "ann@acme.example", "--yes"], "forgotten"), (["parked", "drop", "--all"], "parked mail dropped"),
     (["parked", "retry", "--all"], "parked mail retried"), (["token", "rotate"], "token key rotated"),
     (["people", "import", "p.csv"], "people imported"), (["accounts", "import", "a.csv"], "accounts imported"),
     (["teams", "import", "t.csv"], "teams imported")],
)  # fmt: skip
def test_what_an_admin_did_is_in_the_audit(
    run: Run, company: Store, tmp_path: Path, words: list[str], action: str
) -> None:
    (tmp_path / "a.csv").write_text("name,contacts\nAcme,ann@acme.example\n", encoding="utf-8")
    (tmp_path / "t.csv").write_text("team,zone\nSupport,Europe/Berlin\n", encoding="utf-8")
    run("accounts", "import", "a.csv")
    run(*words)
    with company.transaction() as session:
        assert "ada@us.example" in session.scalars(select(Audit.actor).where(Audit.action == action)).all()
