"""`sev 1` and `sev 2` choose the path."""

import pytest

from tests.workflow.desk import Desk


@pytest.mark.parametrize("said", ["sev 1", "Sev1", "severity-1.", "sev: 1"])
def test_it_changes_the_path(desk: Desk, said: str) -> None:
    desk.says_one(said)
    assert desk.esc.path == 1


@pytest.mark.parametrize("said", ["sev 3", "sev"])
def test_another_path_is_refused(desk: Desk, said: str) -> None:
    assert "two paths" in desk.refused(said)


def test_undo_puts_it_back(desk: Desk) -> None:
    desk.says_one("sev 1")
    desk.says_one("undo")
    assert desk.esc.path == 2
