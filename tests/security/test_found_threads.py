"""A stranger who names ids or domains before their owners come draws nobody's mail to himself."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ingest.accounts import find_accounts, make_provisional
from ingest.thread import thread
from store.people import Account, AccountDomain
from tests.builders import START, incoming


@pytest.fixture
def accounts(session: Session) -> tuple[int, int]:
    rows = [Account(name=name, created_at=START) for name in ("customer", "stranger")]
    session.add_all(rows)
    session.flush()
    return rows[0].id, rows[1].id


@pytest.mark.parametrize("batches", [1, 2])
def test_naming_an_id_first_does_not_catch_the_mail_that_bears_it(
    session: Session, accounts: tuple[int, int], batches: int
) -> None:
    customer, stranger = accounts
    bait = incoming(1, "<bait@evil>", "<ticket-7@customer>", account=stranger)
    true = incoming(2, "<ticket-7@customer>", account=customer)
    answer = incoming(3, "<answer@us>", "<ticket-7@customer>", account=customer)
    for batch in ([bait, true, answer],) if batches == 1 else ([bait], [true], [answer]):
        thread(session, batch)
    assert bait.conversation_id != true.conversation_id
    assert answer.conversation_id == true.conversation_id


def test_an_id_that_the_same_account_named_first_still_joins(session: Session, accounts: tuple[int, int]) -> None:
    later, earlier = (incoming(2, "<b@c>", "<a@c>", account=accounts[0]), incoming(1, "<a@c>", account=accounts[0]))
    for mail in (later, earlier):
        thread(session, [mail])
    assert later.conversation_id == earlier.conversation_id


def test_a_forged_mail_from_a_public_suffix_collects_no_other_customers(session: Session) -> None:
    make_provisional(session, ["mallory@co.uk"], START)
    assert list(find_accounts(session, ["ann@shop.co.uk", "mallory@co.uk"])) == ["mallory@co.uk"]


def test_below_the_domain_of_a_known_customer_is_still_the_customer(session: Session) -> None:
    account = Account(name="known", created_at=START)
    session.add(account)
    session.flush()
    session.add(AccountDomain(domain="known.example", account_id=account.id))
    session.flush()
    assert find_accounts(session, ["ann@mail.known.example"]) == {"ann@mail.known.example": account.id}
    assert session.scalars(select(Account.name).where(Account.provisional)).all() == []
