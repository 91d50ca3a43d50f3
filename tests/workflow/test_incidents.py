"""One trouble of several customers is told once, to those who must know, and to nobody of what is not theirs."""

from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import select

from config.policy import load_policy
from config.settings import Outgoing
from config.words import Direction
from signals.calendar import Calendar
from signals.reader import read_message
from store.incidents import Trace
from store.outbox import Notice
from store.people import Account, Team
from tests.workflow.desk import Desk
from tests.workflow.findings import add_message
from workflow.assess import assess
from workflow.context import Context
from workflow.incidents import tell_incidents

CTX = Context(load_policy(), Outgoing())
NUMBER = count()


def report(desk: Desk, subject: str, text: str, at: datetime | None = None, team: Team | None = None) -> None:
    """A new customer writes."""
    account = Account(name=f"Customer {next(NUMBER)}", created_at=desk.now)
    desk.session.add(account)
    desk.session.flush()
    conversation = desk.conversation(subject)
    conversation.account_id, conversation.team_id = account.id, (team or desk.team).id
    message = add_message(desk, conversation, f"{text} {account.name}")
    message.sent_at = at or desk.now
    reading = read_message(message.new_text, Direction.IN, message.sent_at, Calendar(), subject=subject)
    message.reading = reading.to_json()
    assess(desk.session, [conversation.id], CTX, desk.now)
    desk.session.flush()


def told(desk: Desk, later: timedelta = timedelta(0)) -> list[Notice]:
    tell_incidents(desk.session, CTX, desk.now + later)
    return list(desk.session.scalars(select(Notice).where(Notice.kind == "incident").order_by(Notice.id)))


def test_three_customers_with_one_error_are_an_incident(desk: Desk) -> None:
    for subject in ("Stamping fails", "What is this?", "Rejected"):
        report(desk, subject, "We get error 307 all the time.")
    notices = told(desk)
    assert [n.person_id for n in notices] == [desk.mona.id]
    assert (notices[0].facts["name"], notices[0].facts["customers"]) == ("error 307", 3)


def test_two_customers_are_none(desk: Desk) -> None:
    for _ in range(2):
        report(desk, "Stamping", "We get error 307.")
    assert told(desk) == []


def test_one_customer_with_three_mails_is_none(desk: Desk) -> None:
    report(desk, "Stamping", "We get error 307.")
    (trace,) = desk.session.scalars(select(Trace))
    conversation = desk.conversation("Stamping")
    conversation.account_id = trace.account_id
    for number in range(3):
        message = add_message(desk, conversation, f"Error 307 again, {number}")
        message.reading = read_message(message.new_text, Direction.IN, desk.now, Calendar()).to_json()
    assess(desk.session, [conversation.id], CTX, desk.now)
    assert told(desk) == []


def test_it_is_told_once_whoever_joins_later(desk: Desk) -> None:
    for _ in range(3):
        report(desk, "HX-40 forgets setpoints", "It does not work, error 307.")
    first = len(told(desk))
    report(desk, "HX-40 forgets setpoints", "It does not work, error 307.")
    assert [len(told(desk)), len(told(desk, timedelta(hours=1)))] == [first, first]


def test_reports_of_more_than_two_days_are_no_incident(desk: Desk) -> None:
    report(desk, "Stamping", "We get error 307.", desk.now - timedelta(hours=47))
    for _ in range(2):
        report(desk, "Stamping", "We get error 307.")
    assert told(desk, timedelta(hours=2)) == []


@pytest.mark.parametrize(
    ("subject", "text", "expected"),
    [
        ("HX-40 forgets setpoints", "It does not work.", 1),  # a product and what it does
        ("Login portal", "The portal is down.", 1),  # no code, but more than one telling word
        ("HX-40 question", "It does not work.", 0),  # many customers have one product
        ("Problem", "It does not work.", 0),
        ("HX-40 forgets setpoints", "How do I set it up?", 0),  # nothing is wrong
    ],
)
def test_what_makes_two_reports_the_same(desk: Desk, subject: str, text: str, expected: int) -> None:
    for _ in range(3):
        report(desk, subject, text)
    assert len(told(desk)) == expected


def test_customers_of_another_team_are_counted_and_not_named(desk: Desk) -> None:
    for team in (desk.team, desk.team, desk.other_team):
        report(desk, "Stamping", "We get error 307.", team=team)
    facts = told(desk)[0].facts
    assert (facts["customers"], len(facts["found"]), facts["others"]) == (3, 2, 1)


def test_old_traces_are_forgotten(desk: Desk) -> None:
    report(desk, "Stamping", "We get error 307.")
    told(desk, timedelta(days=3))
    assert desk.session.scalars(select(Trace)).all() == []
