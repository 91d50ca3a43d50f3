"""`promise DATE: text` puts a commitment of ours into the ledger."""

from datetime import UTC, datetime

from sqlalchemy import select

from store.mail import Conversation
from store.risk import Promise, PromiseEvent
from tests.workflow.desk import Desk


def test_it_is_owed_from_now_on(desk: Desk) -> None:
    desk.says_one("promise Friday 17:00: the root cause report")
    made = desk.session.scalars(select(Promise)).one()
    assert (made.quote, made.due_at, made.state, made.forced) == (
        "the root cause report",
        datetime(2026, 5, 8, 15, 0, tzinfo=UTC),
        "pending",
        True,
    )


def test_the_conversation_is_looked_at_again(desk: Desk) -> None:
    desk.says_one("promise tomorrow: call back")
    assert desk.session.scalars(select(Conversation.next_review_at)).all() == [desk.now]


def test_a_day_gone_by_is_refused(desk: Desk) -> None:
    assert "over already" in desk.refused("promise 2026-05-01: the report")


def test_a_date_that_is_none_is_refused(desk: Desk) -> None:
    assert "could not read the date" in desk.refused("promise soonish: the report")


def test_undo_withdraws_it(desk: Desk) -> None:
    desk.says_one("promise tomorrow: call back")
    desk.says_one("undo")
    moves = select(PromiseEvent.from_state, PromiseEvent.to_state).order_by(PromiseEvent.id)
    assert [tuple(row) for row in desk.session.execute(moves)] == [(None, "pending"), ("pending", "withdrawn")]
