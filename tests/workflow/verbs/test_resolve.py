"""`resolve: text` ends the work, with a confirm, and keeps the text for the closeout."""

import pytest

from tests.workflow.desk import Desk
from workflow.trust import Trust


@pytest.mark.parametrize("said", ["resolve: cable replaced", "Resolved: cable replaced"])
def test_it_resolves_and_keeps_the_text(desk: Desk, said: str) -> None:
    desk.says_one(said)
    assert (desk.esc.state, desk.esc.resolution, desk.esc.resolved_at) == ("resolved", "cable replaced", desk.now)


def test_the_text_may_be_left_out(desk: Desk) -> None:
    desk.says_one("resolve")
    assert (desk.esc.state, desk.esc.resolution) == ("resolved", None)


def test_it_waits_for_a_confirm(desk: Desk) -> None:
    told = desk.says("resolve: cable replaced", allowed=Trust.ALIGNED)
    assert (told.pending_lines, desk.esc.state) == (("resolve: cable replaced",), "open")


@pytest.mark.parametrize("said", ["resolve: not yet", "resolve: don't, they call back", "resolve: please do not"])
def test_a_text_that_takes_it_back_does_nothing(desk: Desk, said: str) -> None:
    assert "should not be resolved" in desk.refused(said)


def test_the_second_one_is_told_who_was_first(desk: Desk) -> None:
    desk.says_one("resolve")
    assert "resolved already (by Lena Vogt" in desk.refused("resolve", desk.bob)


def test_undo_takes_state_and_text_back(desk: Desk) -> None:
    desk.says_one("start")
    desk.says_one("resolve: cable replaced")
    desk.says_one("undo")
    assert (desk.esc.state, desk.esc.resolution, desk.esc.resolved_at) == ("in_progress", None, None)
