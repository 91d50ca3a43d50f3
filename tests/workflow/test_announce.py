"""An alert weighs its score times what the contract is worth."""

from sqlalchemy import select

from config.policy import load_policy
from config.settings import Outgoing
from config.words import Direction
from signals.calendar import Calendar
from signals.reader import read_message
from store.outbox import Notice
from tests.workflow.desk import Desk
from tests.workflow.findings import add_message
from workflow.assess import assess
from workflow.context import Context

THREAT = "We will cancel our contract with you."


def _weight(desk: Desk, arr: float | None) -> float:
    desk.account.arr = arr
    conversation = desk.conversation("Pump", esc=desk.esc)
    message = add_message(desk, conversation, THREAT)
    reading = read_message(THREAT, Direction.IN, desk.now, Calendar())
    message.reading = reading.to_json()
    assess(desk.session, [conversation.id], Context(load_policy(), Outgoing()), desk.now)
    desk.session.flush()
    return max(desk.session.scalars(select(Notice.weight).where(Notice.kind == "risk_up")))


def test_a_large_contract_weighs_more_than_an_unknown_one(desk: Desk) -> None:
    unknown = _weight(desk, None)
    assert 0 < unknown < 1


def test_a_contract_of_a_hundred_thousand_weighs_six_times_as_much(desk: Desk) -> None:
    assert 2.5 < _weight(desk, 100_000) < 6
