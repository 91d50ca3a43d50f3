"""`waiting on TEAM`: whose turn it is."""

import re

from sqlalchemy import func, select

from store.people import Team
from workflow.dates import When
from workflow.errors import Refused
from workflow.record import set_waiting_on
from workflow.verbs.base import Args, Outcome, Rest, Verb, Work

_TEAM = re.compile(r"[\w@&./-]+(?: [\w@&./-]+){0,3}")
_NOBODY = ("nobody", "no one", "noone", "none", "nothing")
_CUSTOMER = ("customer", "the customer", "client", "the client")
SHOWN_TEAMS = 8


def _parse(rest: Rest, _when: When) -> Args | None:
    name = rest.text.rstrip(".!").strip()
    return {"team": name} if _TEAM.fullmatch(name) and not rest.text.endswith("?") else None


def _known(work: Work, said: str) -> str | None:
    low = said.lower()
    if low in _NOBODY:
        return None
    if low in _CUSTOMER:
        return "customer"
    plain = low.removeprefix("the ").removesuffix(" team")
    found = work.session.scalar(select(Team.name).where(func.lower(Team.name).in_((low, plain))).limit(1))
    if found is None:
        teams = work.session.scalars(select(Team.name).order_by(Team.name).limit(SHOWN_TEAMS)).all()
        raise Refused(f'I know no team "{said}". Write `customer`, `nobody` or one of: {", ".join(teams)}.')
    return found


def _run(work: Work) -> Outcome:
    team = _known(work, work.args["team"])
    set_waiting_on(work.session, work.by, work.escalation, team)
    return Outcome(f"{work.number} is waiting on {'nobody' if team is None else team} now.")


VERB = Verb(
    name="waiting on",
    aliases=("waiting for", "wait on", "wait for"),
    usage="waiting on TEAM",
    meaning="whose turn it is: a team, customer or nobody",
    parse=_parse,
    run=_run,
)
