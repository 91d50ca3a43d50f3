"""`steps: ...` and `path to green: ...` keep a text of several lines each, and bring in whom they name."""

import pytest

from tests.workflow.desk import Desk


def test_steps_are_kept_to_the_end_of_their_paragraph(desk: Desk) -> None:
    desk.says_one("steps: swap the pump\n- test it\n- call Norvik\n\nThis is my comment.")
    assert desk.esc.steps_to_resolve == "swap the pump\n- test it\n- call Norvik"


@pytest.mark.parametrize("words", ["steps to resolve:", "Steps:", "steps:\n"])
def test_the_words_may_vary(desk: Desk, words: str) -> None:
    desk.says_one(f"{words} swap the pump")
    assert desk.esc.steps_to_resolve == "swap the pump"


@pytest.mark.parametrize("words", ["path to green:", "Path to Green:", "PTG:"])
def test_the_path_to_green_is_kept(desk: Desk, words: str) -> None:
    assert (
        desk.says_one(f"{words} weekly call, fix by May") == f"The path to green of {desk.esc.number} is on the record."
    )
    assert (desk.esc.path_to_green, desk.audit("path_to_green")) == (
        "weekly call, fix by May",
        [(None, "weekly call, fix by May")],
    )


def test_undo_puts_both_back(desk: Desk) -> None:
    desk.says("path to green: a\nsteps: b")
    desk.says_one("path to green: c")
    desk.says_one("undo")
    assert desk.esc.path_to_green == "a"
    desk.says_one("undo")
    assert desk.esc.steps_to_resolve is None


def test_whoever_is_named_takes_part(desk: Desk) -> None:
    desk.says_one("steps: @stan swaps the pump")
    assert desk.notices("mention") == [desk.stan.id]


@pytest.mark.parametrize("text", ["Steps are clear to us now.", "Path to the folder is wrong.", "Step 1: we call."])
def test_a_sentence_is_no_command(desk: Desk, text: str) -> None:
    desk.says(text)
    assert (desk.esc.steps_to_resolve, desk.esc.path_to_green) == (None, None)


def test_an_empty_one_is_asked_for(desk: Desk) -> None:
    assert "behind the colon" in desk.refused("path to green:")
