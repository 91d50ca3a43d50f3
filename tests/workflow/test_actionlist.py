"""Action items are listed and counted within what the asking person may see."""

from datetime import timedelta

import pytest

from config.recordwords import ActionSource, TaskState
from config.words import Role
from tests.workflow.desk import Desk
from workflow.actionlist import Wanted, completion_rates, list_actions
from workflow.actions import NewItem, add_action, set_action_state

DAY = timedelta(days=1)


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Three items: Bob's due tomorrow, Lena's without a day, and Bob's from a closeout, done."""
    by, esc = desk.by(), desk.esc
    add_action(desk.session, by, esc, NewItem("undated", desk.lena.id))
    add_action(desk.session, by, esc, NewItem("dated", desk.bob.id, desk.now + DAY, ActionSource.MAIL))
    done = add_action(desk.session, by, esc, NewItem("done", desk.bob.id, desk.now + DAY, ActionSource.CLOSEOUT))
    set_action_state(desk.session, by, esc, done, TaskState.DONE)
    return desk


def _texts(desk: Desk, wanted: Wanted, later: timedelta = timedelta(0)) -> list[str]:
    return [row.text for row in list_actions(desk.session, desk.lena, desk.now + later, wanted)]


@pytest.mark.parametrize(
    ("wanted", "texts"),
    [
        (Wanted(), ["dated", "undated"]),
        (Wanted(states=(TaskState.DONE,)), ["done"]),
        (Wanted(states=tuple(TaskState)), ["dated", "done", "undated"]),
        (Wanted(source=ActionSource.MAIL), ["dated"]),
        (Wanted(overdue=True), []),
    ],
)
def test_a_list_holds_what_is_wanted_by_day(busy: Desk, wanted: Wanted, texts: list[str]) -> None:
    assert _texts(busy, wanted) == texts


def test_overdue_is_what_is_to_be_done_and_late(busy: Desk) -> None:
    assert _texts(busy, Wanted(overdue=True), 2 * DAY) == ["dated"]


def test_by_assignee_and_by_number(busy: Desk) -> None:
    assert _texts(busy, Wanted(assignee_id=busy.lena.id)) == ["undated"]
    assert _texts(busy, Wanted(refs=((busy.esc.id, 3), (busy.esc.id, 99)))) == ["done"]


def test_who_may_not_see_the_escalation_sees_no_item_and_no_rate(busy: Desk) -> None:
    assert list_actions(busy.session, busy.stan, busy.now) == []
    assert completion_rates(busy.session, busy.stan, busy.now) == []


def test_the_console_and_an_admin_see_all(busy: Desk) -> None:
    busy.stan.role = Role.ADMIN
    assert len(list_actions(busy.session, busy.stan, busy.now)) == len(list_actions(busy.session, None, busy.now)) == 2


def test_rates_by_source(busy: Desk) -> None:
    rates = {rate.source: rate for rate in completion_rates(busy.session, busy.lena, busy.now + 2 * DAY)}
    assert (rates["closeout"].rate, rates["closeout"].on_time) == (1.0, 1.0)
    assert (rates["mail"].rate, rates["mail"].overdue, rates["mail"].on_time) == (0.0, 1, None)
    assert (rates["all"].made, rates["all"].done, rates["all"].open) == (3, 1, 2)


def test_what_was_dropped_lowers_no_rate(busy: Desk) -> None:
    busy.says("drop 2: no need")
    rates = {rate.source: rate for rate in completion_rates(busy.session, busy.lena, busy.now)}
    assert (rates["mail"].dropped, rates["mail"].rate) == (1, None)
    assert rates["all"].rate == pytest.approx(0.5)
