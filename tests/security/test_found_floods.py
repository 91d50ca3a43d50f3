"""A flood of alarming mails from unknown senders leaves a known customer's alert its place."""

from datetime import datetime

import pytest

from config.words import NoticeState
from store.database import Store
from store.people import Account
from store.record import Escalation, Participant
from tests.alerts.scene import CONTEXT, Scene, build_scene, tuned
from tests.alerts.sink import running_sink


@pytest.fixture
def scene(store: Store, now: datetime) -> Scene:
    return build_scene(store, now)


def _strange(scene: Scene, number: int) -> int:
    """An escalation of somebody nobody knows, on which Omar takes part; its id."""
    with scene.store.transaction() as session:
        account = Account(name=f"d{number}.example", provisional=True, created_at=scene.now)
        session.add(account)
        session.flush()
        made = Escalation(
            title="Down", account_id=account.id, team_id=scene.team, opened_at=scene.now, opened_why="x",
            changed_at=scene.now,
        )  # fmt: skip
        session.add(made)
        session.flush()
        session.add(Participant(escalation_id=made.id, person_id=scene.omar, why="test", added_at=scene.now))
        return made.id


def test_strangers_use_half_of_the_days_budget(scene: Scene) -> None:
    strange = [scene.post(escalation_id=_strange(scene, n)) for n in range(8)]
    known = scene.post()
    with running_sink() as sink:
        scene.drain(sink, tuned(daily_budget=4))
    assert [scene.notice(n).state for n in strange] == [NoticeState.SENT] * 2 + [NoticeState.HELD] * 6
    assert scene.notice(known).state == NoticeState.SENT


def test_where_nobody_is_known_strangers_are_the_customers(scene: Scene) -> None:
    scene.update(Account, scene.account, provisional=True)
    strange = [scene.post(escalation_id=_strange(scene, n)) for n in range(4)]
    with running_sink() as sink:
        scene.drain(sink, CONTEXT)
    assert [scene.notice(n).state for n in strange] == [NoticeState.SENT] * 4
