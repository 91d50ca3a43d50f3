"""`type churn risk` takes what stands in the list of types, by its word or its name."""

import pytest

from tests.workflow.desk import Desk


@pytest.mark.parametrize("text", ["type churn risk", "type: churn_risk", "Type Churn Risk.", "type churn-risk"])
def test_it_is_taken_by_its_word_or_its_name(desk: Desk, text: str) -> None:
    assert desk.says_one(text) == f"The type of {desk.esc.number} is churn risk now."
    assert (desk.esc.type, desk.audit("type")) == ("churn_risk", [("help_needed", "churn_risk")])


def test_another_word_is_refused_with_the_list(desk: Desk) -> None:
    assert (
        desk.refused("type billing") == 'There is no type "billing"; write one of: help needed, churn risk, visibility.'
    )


def test_the_same_one_again_changes_nothing(desk: Desk) -> None:
    assert "is help needed already" in desk.refused("type help needed")


def test_undo_puts_it_back(desk: Desk) -> None:
    desk.says_one("type visibility")
    desk.says_one("undo")
    assert desk.esc.type == "help_needed"


@pytest.mark.parametrize(
    "text",
    [
        "Type of issue is still unclear.",
        "type mismatch again?",
        "Types of pumps are listed below.",
        "Typed it.",
        "Type it.",
        "type is clear",
    ],
)
def test_a_sentence_is_no_command(desk: Desk, text: str) -> None:
    assert desk.says(text).lines == ()
    assert (desk.esc.type, desk.audit("type")) == ("help_needed", [])


def test_an_empty_one_is_asked_for(desk: Desk) -> None:
    assert "Say which type" in desk.refused("type:")
