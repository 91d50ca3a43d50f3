"""A43: somebody outside who joins a thread by its headers is marked as uninvited, and gets no mail."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from config.words import Doubt
from ingest.process import process_batch
from store.database import Store
from store.mail import Message, Sighting
from store.outbox import Notice
from store.people import Person
from store.record import Escalation
from store.views import escalation_view
from tests.ingest.scene import NOW, context, keep, letter, people

CANCEL = "If this is not solved by Friday we will cancel the contract."
EVE = {"From": "Eve <eve@evil.example>", "In-Reply-To": "<m1@norvik.example>"}
LENA = {"From": "lena@us.example", "In-Reply-To": "<m1@norvik.example>", "To": "ines@norvik.example"}


def _doubts(store: Store, *raws: bytes) -> list[str | None]:
    """The marks of the messages in order, each mail processed after the one before."""
    with store.transaction() as session:
        people(session)
    for raw in raws:
        with store.transaction() as session:
            ids = keep(session, [raw])
        process_batch(store, ids, context(), NOW)
    with store.transaction() as session:
        return [details.get("doubt") for details in session.scalars(select(Message.details).order_by(Message.id))]


def _letter(number: int, text: str = CANCEL, **headers: str) -> bytes:
    return letter(number, text, NOW + timedelta(minutes=number), **headers)


def test_an_outsider_who_names_the_thread_is_marked_each_time(store: Store) -> None:
    mails = (_letter(1), _letter(2, **EVE, Cc="accomplice@evil.example"), _letter(3, "Well?", **EVE))
    assert _doubts(store, *mails) == [None, Doubt.PARTICIPANT, Doubt.PARTICIPANT]
    with store.transaction() as session:
        assert "eve@evil.example" not in set(session.scalars(select(Sighting.address)))


def test_in_one_batch_she_is_marked_too(store: Store) -> None:
    with store.transaction() as session:
        people(session)
        ids = keep(session, [_letter(1), _letter(2, **EVE), _letter(3, **EVE)])
    process_batch(store, ids, context(), NOW)
    with store.transaction() as session:
        doubts = [details.get("doubt") for details in session.scalars(select(Message.details).order_by(Message.id))]
    assert doubts == [None, Doubt.PARTICIPANT, Doubt.PARTICIPANT]


@pytest.mark.parametrize("host", [{"In-Reply-To": "<m1@norvik.example>"}, LENA])
def test_who_was_brought_in_is_not_marked(store: Store, host: dict[str, str]) -> None:
    introduction = _letter(2, **host, Cc="eve@evil.example")
    assert _doubts(store, _letter(1), introduction, _letter(3, **EVE)) == [None, None, None]


def test_a_colleague_of_the_customer_is_not_marked(store: Store) -> None:
    boss = _letter(2, From="ceo@norvik.example", In_Reply_To="<m1@norvik.example>")
    assert _doubts(store, _letter(1), boss) == [None, None]


def test_the_mark_stands_in_the_view_and_only_our_people_get_mail(store: Store) -> None:
    _doubts(store, _letter(1), _letter(2, **EVE))
    with store.transaction() as session:
        view = escalation_view(session, session.scalars(select(Escalation.id)).one(), NOW)
        assert view.unverified == (f"eve@evil.example: {Doubt.PARTICIPANT}",)
        told = set(session.scalars(select(Person.email).join(Notice, Notice.person_id == Person.id)))
        assert {address.rpartition("@")[2] for address in told} == {"us.example"}
