"""`users 300` says how many people are affected, and raises the impact."""

import pytest

from store.views import escalation_view
from tests.workflow.desk import Desk


@pytest.mark.parametrize(
    ("text", "users"),
    [
        ("users 300", 300),
        ("affected users: 1,200", 1200),
        ("users about 40 people", 40),
        ("users: 12k", 12_000),
        ("Users affected: 7.", 7),
    ],
)
def test_the_number_is_kept(desk: Desk, text: str, users: int) -> None:
    desk.says_one(text)
    assert desk.esc.affected_users == users


def test_the_impact_follows(desk: Desk) -> None:
    before = escalation_view(desk.session, desk.esc.id, desk.now).impact.score
    assert desk.says_one("users 300") == f"{desk.esc.number} affects 300 users."
    assert escalation_view(desk.session, desk.esc.id, desk.now).impact.score == before + 18


def test_unknown_and_undo_take_it_back(desk: Desk) -> None:
    desk.says_one("users 300")
    desk.says_one("users unknown")
    assert desk.esc.affected_users is None
    desk.says_one("undo")
    assert desk.esc.affected_users == 300


@pytest.mark.parametrize("text", ["Users are complaining all day.", "users 300 of them cannot log in since noon"])
def test_a_sentence_is_no_command(desk: Desk, text: str) -> None:
    desk.says(text)
    assert desk.esc.affected_users is None


def test_anything_else_is_refused_with_what_is_taken(desk: Desk) -> None:
    assert (
        desk.refused("users: many") == "Write the number of affected users: `users 300`; `users unknown` takes it back."
    )
