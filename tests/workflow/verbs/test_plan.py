"""`milestone` and `reached` make the action plan and move it on."""

from datetime import UTC, datetime

import pytest

from tests.workflow.desk import Desk
from workflow.plan import milestones_of, progress


def _plan(desk: Desk) -> list[tuple[int, int, int, str]]:
    return [(row.n, row.share, row.percent, row.text) for row in milestones_of(desk.session, desk.esc)]


def test_a_milestone_has_share_text_and_day(desk: Desk) -> None:
    said = desk.says_one("milestone 40: new firmware on site by Friday")
    assert "Milestone 1 of ESC-" in said
    assert "new firmware on site (40% of the plan), by Fri 8 May 2026 17:30 CEST. The plan covers 40% now." in said
    assert milestones_of(desk.session, desk.esc)[0].due_at == datetime(2026, 5, 8, 15, 30, tzinfo=UTC)


def test_the_percent_sign_and_a_by_in_the_text_are_read(desk: Desk) -> None:
    desk.says_one("milestone 40%: a fix by the vendor")
    assert _plan(desk) == [(1, 40, 0, "a fix by the vendor")]


def test_more_than_the_whole_is_refused_with_what_is_left(desk: Desk) -> None:
    desk.says_one("milestone 80: all of it")
    assert "would come to 110% of the plan; 20% is left" in desk.refused("milestone 30: more")


def test_a_milestone_can_be_changed(desk: Desk) -> None:
    desk.says_one("milestone 80: all of it")
    desk.says_one("milestone m1 50: half of it")
    assert _plan(desk) == [(1, 50, 0, "half of it")]
    assert desk.audit("milestone")[1] == ("80%: all of it", "50%: half of it")


def test_reached_moves_the_plan_on(desk: Desk) -> None:
    desk.says("milestone 40: one\nmilestone 60: two")
    assert "40% of the plan is done" in desk.says_one("reached 1")
    assert "Milestone 2 (two) stands at 50%; 70% of the plan is done." in desk.says_one("reached 2: 50%")
    assert progress(milestones_of(desk.session, desk.esc)) == 70


@pytest.mark.parametrize(
    ("said", "left"), [("milestone 40: one", []), ("milestone m1 20: x", [(1, 50, 0, "it")]), ("reached 1", None)]
)
def test_undo_takes_it_back(desk: Desk, said: str, left: list[tuple[int, int, int, str]] | None) -> None:
    if left != []:
        desk.says_one("milestone 50: it")
    desk.says_one(said)
    desk.says_one("undo")
    assert _plan(desk) == (left if left is not None else [(1, 50, 0, "it")])


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("reached 3", "has no milestone 3. The plan is empty"),
        ("milestone: go live", "how much of the plan it is"),
        ("reached: yes", "Say which milestone"),
    ],
)
def test_a_refusal_says_what_would_do(desk: Desk, said: str, answer: str) -> None:
    assert answer in desk.refused(said)


@pytest.mark.parametrize(
    "said", ["Milestone reached, well done", "Reached 3 customers so far", "milestone 2 is late, sorry", "reached out"]
)
def test_a_sentence_is_none(desk: Desk, said: str) -> None:
    desk.says_one("milestone 50: it")
    desk.says(said)
    assert _plan(desk) == [(1, 50, 0, "it")]


def test_action_items_stand_under_a_milestone(desk: Desk) -> None:
    desk.says("milestone 50: it\naction: @bob by Friday: order parts\naction: @lena by Friday: test them\ndone 1")
    desk.says_one("milestone m1 actions 1, 2")
    (page,) = desk.says("status").pages
    plan = next(section.lines for section in page.sections if section.title == "Action plan")
    assert plan[1].endswith("0% done; 1 of 2 action items done")
    desk.says_one("undo")
    (page,) = desk.says("status").pages
    assert "action items done" not in str(page)


def test_an_action_item_that_is_not_there_is_named(desk: Desk) -> None:
    desk.says_one("milestone 50: it")
    assert "has no action item 7" in desk.refused("milestone m1 actions 7")
