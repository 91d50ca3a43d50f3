"""Where a mail came from decides whether it can be meant for us when its header names others only."""

import pytest
from sqlalchemy import delete

from config.words import MailKind
from ingest.process import process_batch
from store.database import Store
from store.mail import Delivery, Message
from tests.ingest.scene import NOW, context, keep, letter, people

ASK = "Could you please send the figures by Thursday?"


def _kind(store: Store, *, fetched: bool, **headers: str) -> tuple[str, str]:
    with store.transaction() as session:
        people(session)
        ids = keep(session, [letter(1, ASK, NOW, **headers)])
        if not fetched:
            session.execute(delete(Delivery))
    process_batch(store, ids, context(), NOW)
    with store.transaction() as session:
        message = session.query(Message).one()
        return message.kind, message.details["why"]


@pytest.mark.parametrize("fetched", [True, False])
def test_a_mail_that_names_one_of_us_is_heard(store: Store, fetched: bool) -> None:
    assert _kind(store, fetched=fetched, To="Bob <bob@else.example>", Cc="help@us.example")[0] == MailKind.CUSTOMER


def test_a_mail_from_a_file_among_others_is_not_heard(store: Store) -> None:
    found = _kind(store, fetched=False, To="bob@else.example")
    assert found == (MailKind.LIST, "it comes from a file and is addressed to none of us")


def test_what_a_watched_mailbox_received_is_heard_whatever_it_says(store: Store) -> None:
    assert _kind(store, fetched=True, To="an-alias@else.example")[0] == MailKind.CUSTOMER


def test_a_delivery_header_names_us_too(store: Store) -> None:
    headers = {"To": "an-alias@else.example", "Delivered-To": "help@us.example"}
    assert _kind(store, fetched=False, **headers)[0] == MailKind.CUSTOMER


def test_an_alias_in_the_domain_of_our_people_names_us(store: Store) -> None:
    assert _kind(store, fetched=False, To="an-alias@us.example")[0] == MailKind.CUSTOMER
