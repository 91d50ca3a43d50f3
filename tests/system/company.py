"""The people of the system tests: five agents, their manager and an admin; and forty customers, each with an owner."""

from datetime import datetime

from sqlalchemy.orm import Session

from store.people import Account, AccountDomain, Person, Team
from tests.system.corpus import domain

ADMIN = "ada@us.example"


def hire(session: Session, now: datetime) -> None:
    """Add everybody."""
    team = Team(name="support", mailboxes=["help@us.example"])
    session.add(team)
    session.flush()
    omar = Person(email="omar@us.example", name="Omar Haddad", handle="omar", role="manager", team_id=team.id)
    session.add_all([omar, Person(email=ADMIN, name="Ada Okoye", handle="ada", role="admin")])
    session.flush()
    lenas = [
        Person(
            email=f"lena{n}@us.example", name=f"Lena Vogt {n}", handle=f"lena{n}", role="agent",
            team_id=team.id, manager_id=omar.id,
        )
        for n in range(5)
    ]  # fmt: skip
    session.add_all(lenas)
    session.flush()
    for n in range(40):
        account = Account(name=f"Works {n}", created_at=now, owner_id=lenas[n % 5].id)
        session.add(account)
        session.flush()
        session.add(AccountDomain(domain=domain(n), account_id=account.id))
