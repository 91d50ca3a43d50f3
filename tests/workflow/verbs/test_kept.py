"""`kept [n]` settles an open promise; with several open it asks which."""

from sqlalchemy import select

from store.risk import Promise
from tests.workflow.desk import Desk


def _states(desk: Desk) -> list[str]:
    return list(desk.session.scalars(select(Promise.state).order_by(Promise.id)))


def test_the_only_one_needs_no_number(desk: Desk) -> None:
    desk.says_one("promise tomorrow: call back")
    desk.says_one("kept")
    assert _states(desk) == ["kept"]


def test_of_several_the_number_tells_which(desk: Desk) -> None:
    desk.says("promise tomorrow: call back\npromise Friday: report")
    desk.says_one("kept 2")
    assert _states(desk) == ["pending", "kept"]


def test_of_several_without_a_number_they_are_listed(desk: Desk) -> None:
    desk.says("promise tomorrow: call back\npromise Friday: report")
    assert "`kept 1` for: call back; `kept 2` for: report" in desk.refused("kept")


def test_a_number_keeps_its_meaning_after_another_was_kept(desk: Desk) -> None:
    desk.says("promise tomorrow: call back\npromise Friday: report\npromise Monday: fix")
    desk.says("kept 1\nkept 3")
    assert _states(desk) == ["kept", "pending", "kept"]


def test_with_none_open_it_is_refused(desk: Desk) -> None:
    assert "is open" in desk.refused("kept")


def test_undo_makes_it_pending_again(desk: Desk) -> None:
    desk.says_one("promise tomorrow: call back")
    desk.says_one("kept")
    desk.says_one("undo")
    assert _states(desk) == ["pending"]
