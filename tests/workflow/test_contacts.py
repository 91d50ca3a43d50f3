"""Titles read from signatures wait for a person's yes; refused words do not come back."""

import pytest

from config.words import Direction, MailKind
from store.mail import Message, RawMail
from store.people import Contact
from tests.workflow.desk import Desk
from workflow.contacts import accept_title, contact_for, import_contacts, list_contacts, refuse_title, suggest_titles
from workflow.errors import NotFound, Refused

ANA = "ana@norvik.example"


def contact(desk: Desk, **values: object) -> Contact:
    made = Contact(email=ANA, account_id=desk.account.id, name="Ana Silva", **values)
    desk.session.add(made)
    desk.session.flush()
    return made


def message(desk: Desk) -> int:
    """A mail to refer to."""
    raw = RawMail(sha256=b"1", body=b"", size=0, received_at=desk.now, kept_at=desk.now)
    desk.session.add(raw)
    desk.session.flush()
    made = Message(
        conversation_id=desk.conversation().id, raw_mail_id=raw.id, content_key=b"1", message_id="<1@x>",
        message_id_hash=b"1", kind=MailKind.CUSTOMER, direction=Direction.IN, from_address=ANA, from_name="Ana Silva",
        to_addresses=[], cc_addresses=[], subject="", sent_at=desk.now, received_at=desk.now, new_text="",
        reading={}, reading_version="",
    )  # fmt: skip
    desk.session.add(made)
    desk.session.flush()
    return made.id


def suggest(desk: Desk, title: str) -> None:
    suggest_titles(desk.session, [(ANA, title, message(desk))])


def test_a_title_read_is_suggested_and_not_taken_over(desk: Desk) -> None:
    ana = contact(desk)
    suggest(desk, "Chief Operating Officer")
    assert (ana.title, ana.suggested_title) == ("", "Chief Operating Officer")


def test_an_accepted_title_stands_as_one_of_the_file(desk: Desk) -> None:
    ana = contact(desk)
    suggest(desk, "Chief Operating Officer")
    accept_title(desk.session, desk.by(), ana)
    assert (ana.title, ana.title_source, ana.suggested_title) == ("Chief Operating Officer", "csv", "")


def test_a_refused_title_is_not_suggested_again(desk: Desk) -> None:
    ana = contact(desk)
    suggest(desk, "Chief Operating Officer")
    refuse_title(desk.session, desk.by(), ana)
    suggest_titles(desk.session, [(ANA, "Chief Operating Officer", 1)])
    assert list_contacts(desk.session, None, suggested=True) == []
    with pytest.raises(Refused, match="No title is suggested"):
        accept_title(desk.session, desk.by(), ana)


@pytest.mark.parametrize(("title", "suggested"), [("COO", ""), ("Plant manager", "COO, Norvik")])
def test_only_what_differs_from_the_record_is_suggested(desk: Desk, title: str, suggested: str) -> None:
    ana = contact(desk, title=title, title_source="csv")
    suggest(desk, "COO, Norvik")
    assert ana.suggested_title == suggested


def test_a_suggestion_is_shown_to_who_may_see_an_escalation_of_the_customer(desk: Desk) -> None:
    contact(desk)
    suggest(desk, "Chief Operating Officer")
    shown = [len(list_contacts(desk.session, person, suggested=True)) for person in (desk.lena, desk.stan)]
    assert shown == [1, 0]


def test_a_contact_of_a_strange_customer_is_not_there(desk: Desk) -> None:
    contact(desk)
    with pytest.raises(NotFound):
        contact_for(desk.session, desk.stan, ANA)


def test_a_file_marks_executives_and_leaves_out_what_it_does_not_have(desk: Desk) -> None:
    ana = contact(desk, title="Buyer", title_source="csv")
    import_contacts(desk.session, desk.by(), f"email,account,executive\n{ANA},norvik,yes\n", "c.csv")
    assert (ana.title, ana.executive) == ("Buyer", True)
