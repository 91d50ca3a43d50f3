"""`priority LEVEL` is logged with what it was."""

import pytest

from tests.workflow.desk import Desk


@pytest.mark.parametrize(
    ("said", "level"), [("priority high", "high"), ("prio: low", "low"), ("priority crit", "critical")]
)
def test_it_is_set(desk: Desk, said: str, level: str) -> None:
    desk.says_one(said)
    assert desk.audit("priority") == [("medium", level)]


def test_the_same_again_is_refused(desk: Desk) -> None:
    assert "is medium already" in desk.refused("priority medium")


def test_another_word_is_answered_with_the_choice(desk: Desk) -> None:
    assert "low, medium, high or critical" in desk.refused("priority urgent")


def test_undo_puts_it_back(desk: Desk) -> None:
    desk.says_one("priority high")
    desk.says_one("undo")
    assert desk.audit("priority") == [("medium", "high"), ("high", "medium")]
