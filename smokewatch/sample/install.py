"""Puts the sample company into the database and its mails into the local mailbox, once."""

import tomllib
from datetime import datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from imapclient import IMAPClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from smokewatch.bootstrap import App, utc_now
from smokewatch.engines.imap import HOST, USER, LocalImap
from smokewatch.sample.render import sample_mails
from store.people import Account, AccountDomain, Person, Team

MARK = "sample-is-loaded"


def install(app: App, imap: LocalImap) -> bool:
    """Install what is not there yet; true when this call completed it. A call that was cut short is taken up again."""
    mark = imap.home / MARK
    if mark.exists():
        return False
    now = utc_now()
    with app.store.transaction() as session:
        add_company(session, now)
    _load(imap, now)
    mark.touch()
    return True


def add_company(session: Session, now: datetime) -> None:
    """Add the teams, people and accounts, unless they are there."""
    if session.scalar(select(Team.id).limit(1)) is not None:
        return
    data = tomllib.loads(files("smokewatch.sample").joinpath("company.toml").read_text(encoding="utf-8"))
    teams = {row["name"]: Team(**row) for row in data["team"]}
    session.add_all(teams.values())
    session.flush()
    people: dict[str, Person] = {}
    for row in data["person"]:
        people[row["email"]] = _person(row, teams, people, now)
        session.add(people[row["email"]])
        session.flush()
    for row in data["account"]:
        owner = people.get(row.get("owner", ""))
        account = Account(
            name=row["name"], tier=row["tier"], arr=row.get("arr"), team_id=teams["Support"].id,
            owner_id=owner.id if owner else None, created_at=now,
        )  # fmt: skip
        session.add(account)
        session.flush()
        session.add(AccountDomain(domain=row["domain"], account_id=account.id))


def _person(row: dict[str, Any], teams: dict[str, Team], people: dict[str, Person], now: datetime) -> Person:
    zone = "Europe/London"
    manager = people.get(row.get("manager", ""))
    team = teams.get(row.get("team", ""))
    return Person(
        name=row["name"],
        email=row["email"],
        handle=row["name"].split()[0].lower(),
        title=row["title"],
        role=row["role"],
        zone=zone,
        team_id=team.id if team else None,
        manager_id=manager.id if manager else None,
        # Whoever tries the program at night wants to see the alerts now, and the digest in this very run.
        preferences={"quiet_from": "00:00", "quiet_until": "00:00", "digest_hour": now.astimezone(ZoneInfo(zone)).hour},
    )


def _load(imap: LocalImap, now: datetime) -> None:
    """Append the mails in order of time; those that an earlier, broken-off call appended are left out."""
    with IMAPClient(HOST, imap.port, ssl=False, timeout=30) as client:
        client.login(USER, imap.password)
        there = client.folder_status("INBOX", ["MESSAGES"])[b"MESSAGES"]
        for mail in sample_mails(now)[there:]:
            client.append("INBOX", mail.raw, msg_time=mail.sent_at)
