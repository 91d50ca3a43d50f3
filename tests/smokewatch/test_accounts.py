"""`smokewatch accounts` and `contacts`: dry runs change nothing, figures and history under the rights of who asks."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from smokewatch.cli.output import Exit
from store.audit import SYSTEM
from store.database import Store
from store.people import Account, Contact
from store.record import Audit, Escalation

Run = Callable[..., tuple[int, str, str]]
ACCOUNTS = "name,domains,tier,arr,health\nAcme,acme.example,gold,120000,red\nNew Co,new.example,silver,,\n"


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], str]:
    """Write a CSV file; its path."""

    def write(text: str) -> str:
        path = tmp_path / "file.csv"
        path.write_text(text)
        return str(path)

    return write


def counted(store: Store) -> tuple[int, int]:
    with store.transaction() as session:
        audited = select(func.count()).select_from(Audit).where(Audit.stream == SYSTEM)
        return session.scalar(select(func.count(Account.id))) or 0, session.scalar(audited) or 0


def test_a_dry_run_says_what_would_be_added_and_changed(run: Run, file: Callable[[str], str]) -> None:
    code, out, _ = run("accounts", "import", "--dry-run", file(ACCOUNTS))
    assert (code, "change account Acme: tier empty, then gold" in out) == (Exit.OK, True)
    assert "add    account New Co: tier silver" in out
    assert "1 to change" in out


def test_a_dry_run_changes_nothing_and_leaves_no_audit(run: Run, company: Store, file: Callable[[str], str]) -> None:
    before = counted(company)
    run("accounts", "import", "--dry-run", file(ACCOUNTS))
    assert counted(company) == before


def test_a_dry_run_tells_every_mistake_with_its_line(run: Run, file: Callable[[str], str]) -> None:
    code, _, err = run("people", "import", "--dry-run", file("email,name,role\nnobody,,boss\n"))
    assert (code, [word in err for word in ("line 2, email", "line 2, name", "line 2, role")]) == (
        Exit.REFUSED, [True, True, True],
    )  # fmt: skip


def test_a_dry_run_of_a_file_that_was_imported_finds_nothing(run: Run, file: Callable[[str], str]) -> None:
    run("teams", "import", file("team,zone\nField,Europe/Rome\n"))
    assert "Nothing would change" in run("teams", "import", "--dry-run", file("team,zone\nField,Europe/Rome\n"))[1]


def test_figures_stand_beside_each_customer(run: Run, file: Callable[[str], str]) -> None:
    run("accounts", "import", file(ACCOUNTS))
    run("open", "Printer is on fire", "--account", "Acme", "--priority", "critical")
    acme = json.loads(run("accounts", "list", "--json")[1])[0]
    assert (acme["name"], acme["open"], acme["urgent"], acme["arr_exposed"]) == ("Acme", 1, 1, 120000)


def test_who_may_not_see_the_escalation_sees_it_in_no_figure(run: Run) -> None:
    run("open", "Printer is on fire", "--account", "Acme")
    acme = json.loads(run("--as", "bob@us.example", "accounts", "list", "--json")[1])[0]
    assert (acme["open"], acme["arr_exposed"]) == (0, 0)
    assert "Printer" not in run("--as", "bob@us.example", "account", "show", "Acme")[1]


def test_the_history_tells_outcomes_and_what_happened(run: Run) -> None:
    run("open", "Printer is on fire", "--account", "Acme")
    run("resolve", "ESC-1", "replaced the fuser")
    code, out, _ = run("account", "show", "acme")
    assert code == Exit.OK
    assert all(word in out for word in ("ESC-1", "resolved", "Printer is on fire", "replaced the fuser", "opened"))


def test_an_unknown_customer_is_a_sentence(run: Run) -> None:
    assert "There is no account named 'Nobody'" in run("account", "show", "Nobody")[2]


def test_contacts_come_from_a_file_with_their_executive_mark(run: Run, file: Callable[[str], str]) -> None:
    rows = "email,account,name,title,executive\nann@acme.example,acme,Ann Lee,Buyer,yes\nb@acme.example,Acme,,CEO,\n"
    assert run("contacts", "import", file(rows))[0] == Exit.OK
    found = json.loads(run("contacts", "list", "--account", "Acme", "--json")[1])
    assert [(c["email"], c["executive"], c["marked"]) for c in found] == [
        ("ann@acme.example", True, True),
        ("b@acme.example", True, False),
    ]


def test_a_contact_of_a_customer_that_nobody_knows_is_a_mistake(run: Run, file: Callable[[str], str]) -> None:
    code, _, err = run("contacts", "import", file("email,account,executive\na@x.example,Nobody,perhaps\n"))
    assert (code, "line 2, account" in err, "line 2, executive" in err) == (Exit.REFUSED, True, True)


def suggested(store: Store) -> None:
    with store.transaction() as session:
        account = session.scalars(select(Account)).one()
        now = datetime.now(UTC)
        session.add(Escalation(title="x", account_id=account.id, opened_at=now, opened_why="x", changed_at=now))
        session.add(Contact(email="ann@acme.example", account_id=account.id, suggested_title="CTO"))


def test_a_title_that_nobody_suggested_cannot_be_accepted(run: Run, company: Store) -> None:
    suggested(company)
    assert "No title is suggested" in run("contacts", "accept", "ann@acme.example")[2]


def test_a_contact_of_a_customer_one_does_not_work_with_reads_as_unknown(run: Run, company: Store) -> None:
    suggested(company)
    known = run("--as", "bob@us.example", "contacts", "accept", "ann@acme.example")[2]
    unknown = run("--as", "bob@us.example", "contacts", "accept", "who@acme.example")[2]
    assert known.replace("ann@", "who@") == unknown
