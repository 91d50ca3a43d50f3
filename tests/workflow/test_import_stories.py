"""The files that the shared stories write are imported whole."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select

from store.people import Account, AccountDomain, Contact, Person, Team
from tests.workflow.desk import Desk
from workflow.accounts import import_accounts
from workflow.people import import_people, import_teams


def test_every_row_of_the_stories_is_taken(desk: Desk, shared: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.csv" for name in ("people", "teams", "accounts")}
    flags = [word for name, path in files.items() for word in (f"--{name}", str(path))]
    stories = shared / "stories"
    command = [sys.executable, "-B", str(stories / "render.py"), str(stories / "dev"), str(tmp_path / "x.mbox"), *flags]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    text = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    made_teams = import_teams(desk.session, desk.by(), text["teams"], "teams.csv")
    made_people = import_people(desk.session, desk.by(), text["people"], "people.csv")
    made_accounts = import_accounts(desk.session, desk.by(), text["accounts"], "accounts.csv")
    assert [m.created for m in (made_teams, made_people, made_accounts)] == [
        len(text[name].splitlines()) - 1 for name in ("teams", "people", "accounts")
    ]
    assert made_people.notes == ()
    for table in (Team, Person, Account, AccountDomain, Contact):
        assert (desk.session.scalar(select(func.count()).select_from(table)) or 0) > 0
