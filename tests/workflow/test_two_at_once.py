"""Two people act on one escalation at the same moment: one goes first, the other is told what changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from time import sleep

import pytest
from sqlalchemy import select, text

from config.policy import load_policy
from config.recordwords import TaskState
from config.settings import Outgoing
from config.words import Channel
from store import audit
from store.database import Store
from store.people import Person
from store.record import Audit, Escalation
from store.tasks import ActionItem
from tests.workflow.desk import Desk, set_up_desk
from workflow.actionlist import Wanted
from workflow.actions import NewItem, add_action, item_of, set_action_state
from workflow.bulkactions import Bulk, Changed, change_many
from workflow.context import Context
from workflow.errors import Refused
from workflow.execute import Request, Transcript, run_block
from workflow.grammar import parse_block
from workflow.record import By, lock
from workflow.trust import Trust


@pytest.fixture
def stage(store: Store, now: datetime) -> Desk:
    """A desk that is really committed; a second escalation with a conversation stands beside the first."""
    with store.transaction() as session:
        desk = set_up_desk(session, now)
        desk.opened(desk.conversation("Other"))
    return desk


def _both(store: Store, desk: Desk, first: tuple[Person, int, str], second: tuple[Person, int, str]) -> list[str]:
    """Run a reply and a line on the terminal at once, each in a transaction of its own; their outcomes."""
    barrier = Barrier(2)

    def run(road: Channel, person: Person, escalation_id: int, text: str) -> Transcript:
        by = By(person.id, person.email, road, desk.now, mail_domain="us.example")
        request = Request(Trust.CONFIRMED, Context(load_policy(), Outgoing()))
        with store.transaction() as session:
            barrier.wait(10)
            return run_block(session, by, escalation_id, parse_block(text, desk.now, "UTC"), request)

    def outcome(road: Channel, command: tuple[Person, int, str]) -> str:
        try:
            line = run(road, *command).lines[0]
        except Refused as refusal:
            return f"refused: {refusal}"
        return f"{'ok' if line.ok else 'refused'}: {line.outcome}"

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(outcome, (Channel.MAIL, Channel.CLI), (first, second)))


def test_one_acknowledges_and_the_other_learns_who(store: Store, stage: Desk) -> None:
    ok, refused = _both(store, stage, (stage.lena, stage.esc.id, "ack"), (stage.bob, stage.esc.id, "ack"))
    assert ok.startswith("ok: Thank you")
    assert "acknowledged already (by " in refused


def test_both_take_it_and_the_second_is_told_of_the_first(store: Store, stage: Desk) -> None:
    outcomes = _both(store, stage, (stage.mona, stage.esc.id, "own"), (stage.bob, stage.esc.id, "own"))
    assert sum("Lena Vogt owned it before" in each for each in outcomes) == 1
    assert sum("Mona Adler owned" in each or "Bob Stone owned" in each for each in outcomes) == 1


def test_changes_of_two_fields_are_both_kept(store: Store, stage: Desk) -> None:
    _both(store, stage, (stage.lena, stage.esc.id, "sev 1"), (stage.bob, stage.esc.id, "priority high"))
    with store.transaction() as session:
        esc = session.get_one(Escalation, stage.esc.id)
        assert (esc.path, esc.priority, audit.verify(session)) == (1, "high", [])


def test_crosswise_merges_do_not_block_each_other(store: Store, stage: Desk) -> None:
    a, b = stage.esc.id, stage.esc.id + 1
    outcomes = _both(store, stage, (stage.lena, a, f"merge ESC-{b}"), (stage.bob, b, f"merge ESC-{a}"))
    assert [each.partition(":")[0] for each in outcomes] == ["ok", "refused"]
    with store.transaction() as session:
        assert len(session.scalars(select(Escalation.id).where(Escalation.merged_into.is_not(None))).all()) == 1
        assert len(session.scalars(select(Audit.seq).where(Audit.action == "merged into")).all()) == 1


def test_a_bulk_change_does_not_write_over_what_was_done_while_it_waited(store: Store, stage: Desk) -> None:
    by = By(None, "ada@us.example", Channel.CLI, stage.now)
    with store.transaction() as session:
        add_action(session, stage.by(), session.get_one(Escalation, stage.esc.id), NewItem("call", stage.bob.id))

    def in_bulk() -> Changed:
        with store.transaction() as session:
            return change_many(session, by, Wanted(assignee_id=stage.bob.id), Bulk(state=TaskState.IN_PROGRESS))

    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as session:
            esc = lock(session, stage.esc.id)
            waits = pool.submit(in_bulk)
            await_lock(store)
            set_action_state(session, stage.by(stage.bob), esc, item_of(session, esc, 1), TaskState.DONE)
        assert waits.result(10) == Changed(0, 0)
    with store.transaction() as session:
        assert session.scalars(select(ActionItem.state)).one() == TaskState.DONE


def await_lock(store: Store) -> None:
    """Until another transaction waits for a row."""
    for _ in range(200):
        with store.transaction() as session:
            if session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                return
        sleep(0.02)
    raise AssertionError("nobody waits")
