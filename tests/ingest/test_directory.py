"""Who is us, and whose mailbox it is."""

from sqlalchemy.orm import Session

from config.settings import Settings
from ingest.directory import load_directory
from store.people import Person, Team


def test_a_shared_mailbox_belongs_to_the_first_team_with_a_manager(session: Session) -> None:
    teams = [Team(name=name, mailboxes=["help@us.example"]) for name in ("spares", "service", "board", "lab")]
    session.add_all(teams)
    session.flush()
    for team in teams[1:3]:
        boss = f"boss.{team.name}"
        session.add(Person(email=f"{boss}@us.example", name=boss, handle=boss, role="manager", team_id=team.id))
    session.flush()
    assert load_directory(session, Settings()).team_for(["help@us.example"]) == teams[1].id
