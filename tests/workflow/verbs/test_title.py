"""`title ADDRESS: text` writes down what a contact is, or answers a suggestion."""

import pytest
from sqlalchemy import select

from store.people import Account, Contact
from tests.workflow.desk import Desk
from tests.workflow.test_contacts import ANA, contact, suggest
from workflow.grammar import parse_block


def test_a_suggested_title_is_accepted_by_reply(desk: Desk) -> None:
    ana = contact(desk)
    suggest(desk, "Chief Operating Officer")
    assert "Ana Silva is on record as Chief Operating Officer" in desk.says_one(f"title {ANA}: accept")
    assert ana.title == "Chief Operating Officer"


def test_undo_puts_title_and_suggestion_back(desk: Desk) -> None:
    ana = contact(desk)
    suggest(desk, "Chief Operating Officer")
    desk.says_one(f"title {ANA}: accept")
    desk.says_one("undo")
    assert (ana.title, ana.suggested_title, ana.suggested_from is None) == ("", "Chief Operating Officer", False)


def test_undo_leaves_a_title_that_somebody_wrote_since(desk: Desk) -> None:
    ana = contact(desk)
    desk.says_one(f"title {ANA}: COO")
    desk.says_one(f"title {ANA}: CEO", desk.bob)
    assert "since, so I left" in desk.refused("undo")
    assert ana.title == "CEO"


def test_a_refused_one_is_not_taken(desk: Desk) -> None:
    ana = contact(desk)
    suggest(desk, "Chief Operating Officer")
    assert "not ask again" in desk.says_one(f"title {ANA}: refuse")
    assert ana.title == ""


def test_a_title_of_ones_own_words(desk: Desk) -> None:
    ana = contact(desk)
    desk.says_one(f"title {ANA.upper()}: Head of Purchasing")
    assert (ana.title, ana.title_source) == ("Head of Purchasing", "csv")


def test_a_contact_of_another_customer_is_refused(desk: Desk) -> None:
    ana = contact(desk)
    other = Account(name="Other", created_at=desk.now)
    desk.session.add(other)
    desk.session.flush()
    ana.account_id = other.id
    assert "no contact" in desk.refused(f"title {ANA}: COO")
    assert desk.session.scalars(select(Contact.title)).all() == [""]


@pytest.mark.parametrize(
    "line",
    ["Title of the report is wrong", "title: Mr", "Titles are fine", "Title ana is COO", "title page: see below"],
)
def test_sentences_are_no_command(desk: Desk, line: str) -> None:
    block = parse_block(line, desk.now, "Europe/Berlin")
    assert (block.commands, block.unknown) == ((), ())
