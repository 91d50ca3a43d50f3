"""Tells which team a shared mailbox of ours belongs to."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Session

from store.people import Team

_MAILBOXES = select(Team.name, Team.mailboxes).where(Team.mailboxes.overlap(bindparam("emails", type_=ARRAY(TEXT))))


def team_mailboxes(session: Session, addresses: Sequence[str]) -> dict[str, str]:
    """Those of the addresses that are mailboxes of ours, with the team; one of several teams tells of none (empty)."""
    owners: dict[str, set[str]] = defaultdict(set)
    for team, mailboxes in session.execute(_MAILBOXES, {"emails": list(addresses)}):
        for address in set(mailboxes).intersection(addresses):
            owners[address].add(team)
    return {address: teams.pop() if len(teams) == 1 else "" for address, teams in owners.items()}
