"""What went to a customer is emptied with what it answers, and nothing goes to somebody who was forgotten."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import Channel
from smokewatch.forgetting import empty, forget
from store.customer import CustomerMail, Rating
from store.mail import GONE
from tests.workflow.desk import Desk, set_up_desk
from tests.workflow.test_customer import INES, outcome, wrote
from workflow.change import By
from workflow.ratings import Score, rate


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    """A desk on the real database, gone after the test."""
    return set_up_desk(session, now)


def _mailed(desk: Desk) -> int:
    message = wrote(desk, 1)
    outcome(desk, "update: We swap the seal tomorrow.")
    outcome(desk, "send 1")
    desk.says_one("resolve: replaced the seal")
    rate(desk.session, desk.by(), desk.esc, Score(2, "too slow", INES, message.id))
    return message.id


def _left(desk: Desk) -> tuple[str, str, str, list[str]]:
    desk.session.expire_all()
    mail, rating = desk.session.scalars(select(CustomerMail)).one(), desk.session.scalars(select(Rating)).one()
    return mail.text, mail.state, rating.text, [rating.address, *mail.to_addresses]


def test_retention_empties_what_answered_the_emptied_mail(desk: Desk) -> None:
    empty(desk.session, [_mailed(desk)])
    assert _left(desk)[0::2][:2] == (GONE, "")


def test_who_is_forgotten_gets_nothing_that_was_waiting(desk: Desk) -> None:
    _mailed(desk)
    forget(desk.session, INES, By(None, "smokewatch", Channel.CLI, datetime(2026, 5, 7, tzinfo=UTC)))
    text, state, said, addresses = _left(desk)
    assert (text, state, said) == (GONE, "withdrawn", "")
    assert all(address.startswith("forgotten-") for address in addresses)
