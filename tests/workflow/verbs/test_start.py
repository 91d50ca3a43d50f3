"""`start` puts an escalation in progress, through acknowledged."""

from tests.workflow.desk import Desk


def test_it_takes_both_steps(desk: Desk) -> None:
    desk.says_one("start")
    assert desk.audit("state") == [("open", "acknowledged"), ("acknowledged", "in_progress")]


def test_it_is_refused_once_work_has_begun(desk: Desk) -> None:
    desk.says_one("start")
    assert "in progress already (by Lena Vogt" in desk.refused("start", desk.bob)


def test_undo_takes_both_steps_back(desk: Desk) -> None:
    desk.says_one("start")
    desk.says_one("undo")
    assert (desk.esc.state, desk.esc.acknowledged_at) == ("open", None)
