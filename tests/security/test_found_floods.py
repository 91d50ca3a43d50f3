"""A flood of alarming mails from unknown senders leaves a known customer's alert its place."""

from datetime import datetime, timedelta

import pytest

from alerts.digest import open_due_digests
from alerts.digestfacts import MOST_UNOWNED, Window, gather
from alerts.digestview import MOST_ENTRIES
from config.words import Channel, NoticeState
from store.audit import Change, record
from store.database import Store
from store.people import Account, Person
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


def _changed(scene: Scene, number: int, risk: str) -> None:
    at = scene.now - timedelta(hours=1)
    change = Change(f"ESC-{number}", at, "smokewatch", Channel.SYSTEM, "priority", "low", "high")
    scene.change(lambda session: record(session, change))
    scene.update(Escalation, number, changed_at=at, risk=risk)


def test_strangers_use_half_of_the_days_budget(scene: Scene) -> None:
    strange = [scene.post(escalation_id=_strange(scene, n)) for n in range(8)]
    known = scene.post()
    with running_sink() as sink:
        scene.drain(sink, tuned(daily_budget=4))
    assert [scene.notice(n).state for n in strange] == [NoticeState.SENT] * 2 + [NoticeState.HELD] * 6
    assert scene.notice(known).state == NoticeState.SENT
    told = [" ".join(t.text.split()) for t in sink.taken if "quiet" in str(t.message["Subject"])]
    assert len(told) == 1
    assert "more than 2 alerts today about senders who are no known customers" in told[0]


def test_strangers_push_no_known_customer_out_of_a_digest(scene: Scene) -> None:
    for n in range(MOST_ENTRIES + 5):
        _changed(scene, _strange(scene, n), risk="critical")
    _changed(scene, scene.esc, risk="low")
    scene.change(lambda session: open_due_digests(session, CONTEXT, scene.now))
    with running_sink() as sink:
        scene.drain(sink)
        text = " ".join(sink.to("omar@us.example")[0].text.split())
    assert f"ESC-{scene.esc} " in text
    assert "6 more escalations changed" in text


def test_strangers_push_no_known_customer_off_the_list_of_the_unowned(scene: Scene) -> None:
    with scene.store.transaction() as session:
        session.get_one(Escalation, scene.esc).owner_id = scene.lena
    for n in range(MOST_UNOWNED + 5):
        _strange(scene, n)
    with scene.store.transaction() as session:
        late = Escalation(
            title="Ours", account_id=scene.account, team_id=scene.team, opened_at=scene.now, opened_why="x",
            changed_at=scene.now,
        )  # fmt: skip
        session.add(late)
        session.flush()
        window = Window(scene.now, scene.now)
        unowned = gather(session, session.get_one(Person, scene.omar), window).unowned
        assert unowned[0].id == late.id


def test_where_nobody_is_known_strangers_are_the_customers(scene: Scene) -> None:
    scene.update(Account, scene.account, provisional=True)
    strange = [scene.post(escalation_id=_strange(scene, n)) for n in range(4)]
    with running_sink() as sink:
        scene.drain(sink, CONTEXT)
    assert [scene.notice(n).state for n in strange] == [NoticeState.SENT] * 4
