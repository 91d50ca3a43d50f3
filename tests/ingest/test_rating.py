"""Our mail to the customer counts as ours, and the customer's number in answer to our question is a rating."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from alerts.customer import compose
from config.recordwords import CustomerMailKind, CustomerMailState
from config.words import Direction, MailKind, NoticeKind, State
from ingest.process import process_batch
from ingest.rating import read_number
from store.customer import CustomerMail, Rating
from store.database import Store
from store.mail import Conversation, Message
from store.outbox import Notice
from store.people import Account, Person
from store.record import Escalation
from store.risk import Promise
from tests.ingest.scene import NOW, context, keep, letter, people
from tests.ingest.test_bounce import REPORT

HOUR = timedelta(hours=1)
ALARM = "We will cancel the contract if this is not solved by Friday.\n\nInes"


@pytest.fixture
def company(store: Store) -> Store:
    """The small company with one escalation of one alarming mail."""
    with store.transaction() as session:
        people(session)
    arrive(store, letter(1, ALARM))
    return store


def arrive(store: Store, raw: bytes, hours: float = 0) -> Message:
    at = NOW + hours * HOUR
    with store.transaction() as session:
        ids = keep(session, [raw], at)
    process_batch(store, ids, context(), at)
    with store.transaction() as session:
        return session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()


def lena(session: Session) -> Person:
    return session.scalars(select(Person).where(Person.handle == "lena")).one()


def sent(store: Store, text: str, kind: CustomerMailKind, hours: float) -> bytes:
    """A mail that Lena approved and the server took; its bytes."""
    with store.transaction() as session:
        esc = session.scalars(select(Escalation)).one()
        mail = CustomerMail(
            escalation_id=esc.id, n=1, kind=kind, to_addresses=["ines@norvik.example"], from_address="help@us.example",
            subject="Re: Controller drops out", text=text, in_reply_to="<m1@norvik.example>",
            references=["<m1@norvik.example>"], state=CustomerMailState.SENT, made_at=NOW, approved_by=lena(session).id,
            approved_at=NOW + hours * HOUR, message_id="<ours@us.example>", sent_at=NOW, attempts=1,
        )  # fmt: skip
        session.add(mail)
        session.flush()
        return compose(session, mail).raw


def test_a_mail_of_ours_is_filed_as_our_answer_in_the_customers_thread(company: Store) -> None:
    ours = arrive(company, sent(company, "Hello Ines,\n\nwe are on it.", CustomerMailKind.UPDATE, 1), 1)
    assert (ours.kind, ours.direction) == (MailKind.COLLEAGUE, Direction.OUT)
    with company.transaction() as session:
        assert session.scalar(select(func.count(Conversation.id))) == 1


def test_what_it_promises_is_owed(company: Store) -> None:
    text = "Hello Ines,\n\nI will send you the new firmware by tomorrow 12:00.\n\nLena"
    arrive(company, sent(company, text, CustomerMailKind.UPDATE, 1), 1)
    with company.transaction() as session:
        promise = session.scalars(select(Promise)).one()
        assert (promise.state, promise.due_at) == ("pending", NOW + timedelta(hours=25.5))


def test_a_copy_in_a_watched_mailbox_is_the_same_mail(company: Store) -> None:
    raw = sent(company, "Hello Ines,\n\nwe are on it.", CustomerMailKind.UPDATE, 1)
    arrive(company, raw, 1)
    arrive(company, b"Received: from mail.us.example by mx.us.example; Wed, 6 May 2026 09:31:00 +0000\r\n" + raw, 1)
    with company.transaction() as session:
        assert session.scalar(select(func.count(Message.id))) == 2


def returned(number: int) -> bytes:
    """A report that our mail was not delivered, as the customer's server writes it."""
    text = REPORT.format(
        to="ines@norvik.example", status="5.1.1", action="failed", said="550 no", returned="message/rfc822"
    )
    head = f"To: help@us.example\nSubject: Undelivered\nMessage-ID: <b{number}@norvik.example>\nMIME-Version: 1.0\n"
    return (head + text.replace("<esc-4@us.example>", "<ours@us.example>")).encode()


def test_who_sent_it_is_told_once_when_it_comes_back(company: Store) -> None:
    arrive(company, sent(company, "Hello Ines,\n\nwe are on it.", CustomerMailKind.UPDATE, 1), 1)
    for number in (1, 2):
        assert arrive(company, returned(number), 1.5).kind == MailKind.BOUNCE
    with company.transaction() as session:
        told = session.scalars(select(Notice).where(Notice.kind == NoticeKind.ADMIN)).all()
        assert [(each.person_id, "came back" in each.facts["headline"]) for each in told] == [(lena(session).id, True)]


def asked(store: Store) -> None:
    """The escalation is closed, and the customer was asked."""
    arrive(store, sent(store, "How content are you? 1 to 5.", CustomerMailKind.SATISFACTION, 2), 2)
    with store.transaction() as session:
        done = {"state": State.CLOSED, "resolved_at": NOW + 2 * HOUR, "closed_at": NOW + 2 * HOUR}
        session.execute(update(Escalation).values(done))


def answered(store: Store, text: str, **headers: str) -> Message:
    fields = {"Subject": "Re: Controller drops out", "In_Reply_To": "<ours@us.example>"} | headers
    return arrive(store, letter(9, text, NOW + 3 * HOUR, **fields), 3)


def ratings(store: Store) -> list[tuple[int, str]]:
    with store.transaction() as session:
        rows = session.execute(select(Rating.score, Rating.text).order_by(Rating.id))
        return [(score, text) for score, text in rows]


def stirred(store: Store) -> tuple[int, int]:
    """Escalations and notices there are."""
    with store.transaction() as session:
        return session.scalar(select(func.count(Escalation.id))) or 0, session.scalar(
            select(func.count(Notice.id))
        ) or 0


@pytest.mark.parametrize(("text", "score"), [("4", 4), ("5 thanks!\n\nInes", 5), ("5/5, great work", 5), ("3.\n", 3)])
def test_a_number_is_a_rating_and_stirs_nothing(company: Store, text: str, score: int) -> None:
    asked(company)
    before = stirred(company)
    assert answered(company, text).kind == MailKind.RATING
    assert [each for each, _ in ratings(company)] == [score]
    assert stirred(company) == before
    with company.transaction() as session:
        assert session.scalars(select(Account.csat)).all() == [score]


def test_words_beside_the_number_are_heard_and_the_number_counts(company: Store) -> None:
    asked(company)
    message = answered(company, "1 - it took weeks. We will cancel the contract.")
    assert (message.kind, bool(message.reading["h"])) == (MailKind.CUSTOMER, True)
    assert ratings(company) == [(1, "it took weeks. We will cancel the contract.")]


@pytest.mark.parametrize("text", ["2 pumps are down again", "Thanks, all fine", "10", "4.5 bar is too low", "7"])
def test_anything_else_is_ordinary_mail(company: Store, text: str) -> None:
    asked(company)
    assert (answered(company, text).kind, ratings(company)) == (MailKind.CUSTOMER, [])


def test_a_number_in_another_thread_is_ordinary_mail(company: Store) -> None:
    asked(company)
    assert answered(company, "4", In_Reply_To="<m1@norvik.example>").kind == MailKind.CUSTOMER
    assert ratings(company) == []


def test_a_number_of_somebody_who_was_not_asked_is_ordinary_mail(company: Store) -> None:
    asked(company)
    assert answered(company, "5", From="Mallory <mallory@norvik.example>").kind == MailKind.CUSTOMER
    assert ratings(company) == []


def test_a_number_after_a_reopening_says_nothing_of_what_is_not_settled(company: Store) -> None:
    asked(company)
    with company.transaction() as session:
        session.execute(update(Escalation).values(state=State.OPEN, resolved_at=None))
    answered(company, "4")
    assert ratings(company) == []


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("5", True), ("5 thanks", True), ("4\n\nMany thanks for your help", True), ("5 👍", True),
        ("4 danke schön", True), ("4.", True), ("5 Ines", True), ("5\nInes Dahl", True), ("1. The pump", None),
        ("5 but the invoice is wrong", None), ("3: slow", False), ("2\n\nIt took too long.", False),
        ("1st answer", None),        ("4pm works", None), ("", None), ("thanks 5", None), ("2, 3 or 4 pumps", None),
    ],
)  # fmt: skip
def test_numbers_are_read_with_what_stands_beside_them(text: str, only: bool | None) -> None:
    found = read_number(text, "Ines Dahl")
    assert (found.only if found is not None else None) == only
