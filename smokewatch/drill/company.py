"""Puts a scenario's people and customers into the scratch schema, by the imports that CSV files go through."""

import csv
import io
from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from smokewatch.drill.scenario import Customer, Player, Scenario
from smokewatch.replay.scenery import furnish
from workflow.accounts import import_accounts
from workflow.people import import_people, import_teams

TEAM = "Support"


def found_company(session: Session, scenario: Scenario, source: str) -> None:
    """Make team, people and customers as of the story's start.

    Raises:
        CsvError: an address, role or domain in the scenario is wrong.

    """
    hours = scenario.calendar
    days = ";".join(day.isoformat() for day in hours.holidays)
    team = (TEAM, hours.zone, f"{hours.opens:%H:%M}", f"{hours.closes:%H:%M}", days, scenario.mailbox)
    texts = [
        (import_teams, _csv("team,zone,open,close,holidays,mailboxes", [team]), source),
        (
            import_people,
            _csv("email,name,role,team,title,manager,zone", (_person(p, hours.zone) for p in scenario.person)),
            source,
        ),
        (import_accounts, _csv("name,domains,tier,arr,renewal,contacts", map(_account, scenario.account)), source),
    ]
    furnish(session, texts, (), hours.begin)


def _person(player: Player, zone: str) -> tuple[str, ...]:
    return player.email, player.name, player.role.value, TEAM, player.title, player.manager, zone


def _account(customer: Customer) -> tuple[str, ...]:
    contacts = ";".join(f"{each.email}|{each.name}|{each.title}" for each in customer.contacts)
    worth = "" if customer.arr is None else f"{customer.arr:g}"
    renewal = customer.renewal.isoformat() if customer.renewal else ""
    return customer.name, ";".join(customer.domains), customer.tier, worth, renewal, contacts


def _csv(head: str, rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([head.split(","), *rows])
    return text.getvalue()
