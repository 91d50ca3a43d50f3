"""`assign @name` hands over: at once inside the team, with a confirm outside, to an outsider never (A16)."""

import pytest

from tests.workflow.desk import Desk
from workflow.trust import Trust


@pytest.mark.parametrize("name", ["@bob.stone", "@Bob Stone", "@bob", "bob.stone@us.example", "to @BOB.STONE."])
def test_it_takes_a_handle_a_name_or_an_address(desk: Desk, name: str) -> None:
    desk.says_one(f"assign {name}")
    assert desk.esc.owner_id == desk.bob.id


def test_the_new_owner_is_told(desk: Desk) -> None:
    desk.says_one("assign @bob")
    assert desk.notices("owner_changed") == [desk.bob.id]


def test_inside_the_team_aligned_trust_is_enough(desk: Desk) -> None:
    assert desk.says("assign @bob", allowed=Trust.ALIGNED).pending_id is None


def test_outside_the_team_it_waits_for_a_confirm(desk: Desk) -> None:
    told = desk.says("assign @stan", desk.mona, allowed=Trust.ALIGNED)
    assert (told.pending_lines, desk.esc.owner_id) == (("assign @stan",), desk.lena.id)


def test_a_manager_who_confirmed_may_hand_it_to_another_team(desk: Desk) -> None:
    desk.says_one("assign @stan", desk.mona)
    assert desk.esc.owner_id == desk.stan.id


def test_an_agent_cannot_hand_it_to_somebody_who_may_not_see_it(desk: Desk) -> None:
    assert "may not see" in desk.refused("assign @stan")


@pytest.mark.parametrize("name", ["@eve", "@eve@outside.example"])
def test_an_outsider_is_refused(desk: Desk, name: str) -> None:
    assert "nobody called" in desk.refused(f"assign {name}")


def test_somebody_who_left_is_refused(desk: Desk) -> None:
    desk.bob.active = False
    assert "nobody called" in desk.refused("assign @bob")


def test_a_name_of_two_people_is_asked_back(desk: Desk) -> None:
    desk.stan.name = "Bob Kowal"
    assert "@bob.stone, @stan.kowal" in desk.refused("assign @bob")


def test_undo_gives_it_back(desk: Desk) -> None:
    desk.says_one("assign @bob")
    desk.says_one("undo")
    assert desk.esc.owner_id == desk.lena.id
