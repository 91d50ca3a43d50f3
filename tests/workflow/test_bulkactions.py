"""A bulk change is one transaction with one audit row for each escalation, and one mail for all of it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from config.recordwords import TaskState
from config.words import NoticeKind, Role
from store import audit
from store.outbox import Notice
from store.record import Audit, Escalation, Participant
from store.tasks import ActionItem
from tests.workflow.desk import Desk
from workflow.actionlist import Wanted
from workflow.actions import NewItem, add_action
from workflow.bulkactions import Bulk, Changed, change_many
from workflow.errors import Refused

ITEMS = 6


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Two escalations with three items of Bob's each; Mona is an admin."""
    desk.mona.role = Role.ADMIN
    other = desk.opened(desk.conversation())
    for esc in (desk.esc, other):
        for n in range(3):
            new = NewItem(f"item {n}", desk.bob.id, desk.now + timedelta(days=1))
            add_action(desk.session, desk.by(), esc, new)
    return desk


def _change(desk: Desk, bulk: Bulk, wanted: Wanted | None = None) -> Changed:
    return change_many(desk.session, desk.by(desk.mona), wanted or Wanted(assignee_id=desk.bob.id), bulk)


def test_all_that_are_wanted_are_given_to_another(busy: Desk) -> None:
    assert _change(busy, Bulk(assignee_id=busy.stan.id)) == Changed(ITEMS, 2)
    assert set(busy.session.scalars(select(ActionItem.assignee_id))) == {busy.stan.id}


def test_the_new_one_takes_part_and_gets_one_mail(busy: Desk) -> None:
    before = busy.notices(NoticeKind.ACTION_ITEM)
    _change(busy, Bulk(assignee_id=busy.stan.id))
    assert busy.notices(NoticeKind.ACTION_ITEM) == [*before, busy.stan.id]
    facts = busy.session.scalars(select(Notice.facts).where(Notice.person_id == busy.stan.id)).one()
    assert (len(facts["items"]), facts["more"]) == (ITEMS, 0)
    assert busy.session.get(Participant, (busy.esc.id, busy.stan.id)) is not None


def test_each_escalation_gets_one_version_and_one_audit_row(busy: Desk) -> None:
    before = {esc.id: esc.version for esc in busy.session.scalars(select(Escalation))}
    rows = select(Audit.stream, func.count()).group_by(Audit.stream)
    counted = dict(busy.session.execute(rows).all())
    _change(busy, Bulk(state=TaskState.DONE, why="all of it came with 5.1"))
    after = {esc.id: esc.version for esc in busy.session.scalars(select(Escalation))}
    assert {after[each] - before[each] for each in after} == {1}
    assert {n - counted[stream] for stream, n in busy.session.execute(rows)} == {1}
    assert audit.verify(busy.session) == []


def test_the_audit_keeps_what_each_item_was(busy: Desk) -> None:
    _change(busy, Bulk(state=TaskState.DONE))
    detail = busy.session.scalars(select(Audit.detail).where(Audit.action == "action items")).first()
    assert f'{{"assignee": {busy.bob.id}, "n": 1, "state": "open"}}' in (detail or "")


def test_what_is_so_already_is_left_alone(busy: Desk) -> None:
    _change(busy, Bulk(state=TaskState.DONE), Wanted(refs=((busy.esc.id, 1),)))
    assert _change(busy, Bulk(state=TaskState.DONE)) == Changed(ITEMS - 1, 2)
    assert _change(busy, Bulk(state=TaskState.DONE)) == Changed(0, 0)


def test_done_and_begun_again_keep_the_times_in_step(busy: Desk) -> None:
    _change(busy, Bulk(state=TaskState.DONE))
    assert set(busy.session.scalars(select(ActionItem.done_at))) == {busy.now}
    _change(busy, Bulk(state=TaskState.OPEN), Wanted(states=(TaskState.DONE,)))
    assert set(busy.session.scalars(select(ActionItem.done_at))) == {None}


def test_only_an_admin_may(busy: Desk) -> None:
    with pytest.raises(Refused, match="Only an admin"):
        change_many(busy.session, busy.by(), Wanted(), Bulk(state=TaskState.DONE))


@pytest.mark.parametrize(
    ("bulk", "wrong"),
    [
        (Bulk(), "another assignee, or another state"),
        (Bulk(state=TaskState.CANCELLED), "needs a reason"),
        (Bulk(assignee_id=999_999), "still active"),
    ],
)
def test_a_bulk_change_that_makes_no_sense_is_refused(busy: Desk, bulk: Bulk, wrong: str) -> None:
    with pytest.raises(Refused, match=wrong):
        _change(busy, bulk)


def test_a_thousand_at_once(busy: Desk) -> None:
    """How long that takes is measured by bench/actions.py."""
    rows = [
        ActionItem(escalation_id=busy.esc.id, n=n, text="x", assignee_id=busy.bob.id, source="hand",
                   made_at=busy.now, changed_at=busy.now) for n in range(100, 1100)
    ]  # fmt: skip
    busy.session.add_all(rows)
    busy.session.flush()
    assert _change(busy, Bulk(assignee_id=busy.lena.id)).items == ITEMS + 1000
