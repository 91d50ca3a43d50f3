"""Promises are warned of once before their time, and a commanded one is missed by the clock alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from config.words import Channel, PromiseState
from store.database import Store
from store.outbox import Notice
from store.record import Audit, Escalation
from store.risk import Promise
from store.setbacks import Setback
from tests.ingest.scene import NOW, context, people
from workflow import commitments, record, reminders
from workflow.record import By, Opening
from workflow.sweep import sweep_once

DUE = NOW + timedelta(hours=5)


@pytest.fixture
def promised(store: Store) -> Store:
    """An escalation of Lena's with a promise that Omar set by command."""
    by = By(1, "omar@us.example", Channel.CLI, NOW, None, "esc.us.example")
    with store.transaction() as session:
        people(session)
        escalation = record.open_escalation(session, by, Opening("Line 2", None, 1, (), "by hand", 2, (1,)))
        commitments.add_promise(session, by, escalation, "the new pump", DUE)
    return store


def _kinds(store: Store) -> list[tuple[str, int]]:
    with store.transaction() as session:
        rows = session.execute(select(Notice.kind, Notice.person_id).order_by(Notice.kind, Notice.person_id))
        return [(kind, person) for kind, person in rows]


def test_nobody_is_warned_too_early(promised: Store) -> None:
    sweep_once(promised, context().workflow, DUE - timedelta(hours=3))
    assert _kinds(promised) == []


def test_maker_and_owner_are_warned_once(promised: Store) -> None:
    for minutes in (110, 60, 5):
        sweep_once(promised, context().workflow, DUE - timedelta(minutes=minutes))
    assert _kinds(promised) == [("promise_due", 1), ("promise_due", 2)]


def test_a_commanded_promise_is_missed_by_the_clock(promised: Store) -> None:
    for minutes in (1, 30):
        sweep_once(promised, context().workflow, DUE + timedelta(minutes=minutes))
    assert _kinds(promised) == [("promise_missed", 1), ("promise_missed", 2)]
    with promised.transaction() as session:
        assert session.scalars(select(Promise.state)).all() == ["missed"]
        moves = session.execute(select(Audit.from_value, Audit.to_value).where(Audit.action == "promise")).all()
    assert tuple(moves[-1]) == ("pending", "missed")


def test_a_kept_promise_is_neither_warned_of_nor_missed(promised: Store) -> None:
    by = By(2, "lena@us.example", Channel.CLI, NOW, None, "esc.us.example")
    with promised.transaction() as session:
        escalation = record.lock(session, session.scalars(select(Escalation.id)).one())
        promise = session.scalars(select(Promise.id)).one()
        commitments.settle_promise(session, by, escalation, promise, PromiseState.KEPT)
    for minutes in (-30, 30):
        sweep_once(promised, context().workflow, DUE + timedelta(minutes=minutes))
    assert _kinds(promised) == []


@pytest.mark.parametrize("broken", ["workflow.reminders._tell", "workflow.reminders._tell_missed"])
def test_a_promise_that_cannot_be_told_stops_no_other(
    promised: Store, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    original = getattr(reminders, broken.rpartition(".")[2])

    def failing(*words: object) -> None:
        if any(isinstance(word, Promise) and word.id == 1 for word in words):
            raise ValueError
        original(*words)

    by = By(1, "omar@us.example", Channel.CLI, NOW, None, "esc.us.example")
    with promised.transaction() as session:
        commitments.add_promise(session, by, record.lock(session, 1), "the old pump", DUE)
    monkeypatch.setattr(broken, failing)
    for minutes in (-30, 30):
        sweep_once(promised, context().workflow, DUE + timedelta(minutes=minutes))
    with promised.transaction() as session:
        told = session.execute(select(Notice.kind, Notice.facts["promise_id"].as_integer())).all()
        failed = session.execute(select(Setback.row_id, Setback.failures)).all()
    kind = "promise_due" if broken.endswith("_tell") else "promise_missed"
    assert {number for each, number in told if each == kind} == {2}
    assert [tuple(row) for row in failed] == [(1, 1)]
    monkeypatch.undo()
    sweep_once(promised, context().workflow, DUE + timedelta(hours=2))
    with promised.transaction() as session:
        assert session.scalars(select(Promise.state)).all() == ["missed", "missed"]
