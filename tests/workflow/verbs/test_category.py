"""`category services` takes what stands in the list of categories."""

import pytest

from tests.workflow.desk import Desk


def test_it_is_changed_and_in_the_audit(desk: Desk) -> None:
    assert desk.says_one("category services") == f"The category of {desk.esc.number} is services now."
    assert (desk.esc.category, desk.audit("category")) == ("services", [("product", "services")])


def test_another_word_is_refused_with_the_list(desk: Desk) -> None:
    assert "write one of: product, services, partnership, externalities" in desk.refused("category: weather")


def test_undo_puts_it_back(desk: Desk) -> None:
    desk.says_one("category partnership")
    desk.says_one("undo")
    assert desk.esc.category == "product"


@pytest.mark.parametrize("text", ["Category 3 storms are coming our way.", "Categories are wrong."])
def test_a_sentence_is_no_command(desk: Desk, text: str) -> None:
    desk.says(text)
    assert desk.esc.category == "product"
