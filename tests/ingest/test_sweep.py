"""A sweep evaluates what is due, and one conversation that cannot be evaluated stops no other."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from store.database import Store
from store.mail import Conversation
from tests.ingest.scene import NOW, context
from workflow.assess import assess
from workflow.context import Context
from workflow.sweep import AFTER_FAILURE, sweep_once


@pytest.fixture
def three(store: Store) -> Store:
    """Three conversations whose review is due."""
    with store.transaction() as session:
        for _ in range(3):
            session.add(Conversation(first_at=NOW, last_at=NOW, next_review_at=NOW))
    return store


def _reviews(store: Store) -> list[datetime | None]:
    with store.transaction() as session:
        return list(session.scalars(select(Conversation.next_review_at).order_by(Conversation.id)))


def test_what_was_evaluated_is_due_no_more(three: Store) -> None:
    assert sweep_once(three, context().workflow, NOW) == 3
    assert sweep_once(three, context().workflow, NOW) == 0


def test_a_conversation_that_cannot_be_evaluated_stops_no_other(three: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with three.transaction() as session:
        poisoned = session.scalars(select(Conversation.id).order_by(Conversation.id)).all()[1]

    def failing(session: Session, ids: Sequence[int], ctx: Context, now: datetime) -> None:
        if poisoned in ids:
            raise ValueError
        assess(session, ids, ctx, now)

    monkeypatch.setattr("workflow.sweep.assess", failing)
    assert sweep_once(three, context().workflow, NOW) == 3
    assert _reviews(three)[1] == NOW + AFTER_FAILURE
    assert sweep_once(three, context().workflow, NOW) == 0
    assert sweep_once(three, context().workflow, NOW + AFTER_FAILURE + timedelta(seconds=1)) == 1


def test_a_part_that_fails_as_a_whole_stops_no_other_and_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def failing(_session: Session, _ctx: Context, _now: datetime) -> None:
        raise ValueError

    def well(_session: Session, _ctx: Context, now: datetime) -> None:
        done.append(now)

    monkeypatch.setattr("workflow.sweep.PARTS", (failing, well))
    with pytest.raises(ValueError, match=r"^$"):
        sweep_once(store, context().workflow, NOW)
    assert done == [NOW]
