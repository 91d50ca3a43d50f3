"""`waiting on TEAM` takes a team we have, the customer, or nobody."""

import pytest

from tests.workflow.desk import Desk


@pytest.mark.parametrize(
    ("said", "team"),
    [
        ("waiting on engineering", "engineering"),
        ("Waiting for the Engineering team.", "engineering"),
        ("wait on: customer", "customer"),
    ],
)
def test_it_is_set(desk: Desk, said: str, team: str) -> None:
    desk.says_one(said)
    assert desk.esc.waiting_on == team


def test_nobody_clears_it(desk: Desk) -> None:
    desk.says_one("waiting on engineering")
    desk.says_one("waiting on nobody")
    assert desk.esc.waiting_on is None


def test_an_unknown_team_is_answered_with_those_there_are(desk: Desk) -> None:
    assert "engineering, support" in desk.refused("waiting on legal")


def test_undo_puts_it_back(desk: Desk) -> None:
    desk.says_one("waiting on engineering")
    desk.says_one("undo")
    assert desk.esc.waiting_on is None
