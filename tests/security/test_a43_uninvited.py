"""A43: somebody outside who joins a thread by its headers is marked as uninvited, and gets no mail."""

import io
from datetime import timedelta

import pytest
from rich.console import Console
from sqlalchemy import select

from alerts.context import AlertContext
from alerts.deliver import deliver_one
from config.policy import load_policy
from config.words import Doubt
from ingest.process import process_batch
from smokewatch.report import show_escalations
from store.database import Store
from store.mail import Message, Sighting
from store.outbox import Notice
from store.people import Person
from store.record import Escalation
from store.views import EscalationView, escalation_view
from tests.alerts.scene import OUTGOING, sender_for
from tests.alerts.sink import running_sink
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


def _shown(store: Store) -> EscalationView:
    with store.transaction() as session:
        return escalation_view(session, session.scalars(select(Escalation.id)).one(), NOW)


def test_the_mark_stands_where_the_escalation_is_shown(store: Store) -> None:
    _doubts(store, _letter(1, "Where do I find the manual?"), _letter(2, **EVE))
    view = _shown(store)
    assert view.unverified == (f"eve@evil.example: {Doubt.PARTICIPANT}",)
    shown = io.StringIO()
    show_escalations(Console(file=shown, width=200), [view])
    assert "Eve (unverified participant)" in shown.getvalue()


@pytest.mark.parametrize(
    ("raw", "mark"),
    [
        (_letter(2, **EVE), "Eve (unverified participant)"),
        (b"Authentication-Results: mx.us.example; dmarc=fail\n" + _letter(2), "Ines Dahl (unverified sender)"),
    ],
)
def test_the_mark_stands_in_the_alert_which_goes_to_us_alone(store: Store, raw: bytes, mark: str) -> None:
    _doubts(store, _letter(1, "Where do I find the manual?"), raw)
    with store.transaction() as session:
        told = set(session.scalars(select(Person.email).join(Notice, Notice.person_id == Person.id)))
    with running_sink() as sink:
        sender = sender_for(sink)
        while deliver_one(store, sender, AlertContext(OUTGOING, load_policy().alerts, "x"), NOW):
            pass
        sender.close()
    assert {taken.recipient for taken in sink.taken} == told == {"omar@us.example"}
    assert mark in " ".join(sink.taken[0].text.split())
    assert mark in " ".join(sink.taken[0].html.split())


def test_who_is_proven_and_belongs_there_has_no_mark(store: Store) -> None:
    _doubts(store, b"Authentication-Results: mx.us.example; dmarc=pass header.from=norvik.example\n" + _letter(1))
    view = _shown(store)
    assert (view.unverified, {finding.doubt for finding in view.findings}) == ((), {""})
