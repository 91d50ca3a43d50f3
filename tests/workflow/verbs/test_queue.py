"""`queue NAME` and `queues` answer with what the writer may see."""

import pytest

from tests.workflow.desk import Desk
from workflow.grammar import parse_block


def test_a_queue_is_answered_as_a_list(desk: Desk) -> None:
    told = desk.says("queue new")
    assert told.lines[0].outcome == "New, not acknowledged: 1."
    assert f"{desk.esc.number} Norvik: Pump stands" in told.pages[0].sections[0].lines[0]


def test_an_empty_one_says_so(desk: Desk) -> None:
    assert "Nothing waits there that you may see" in desk.says_one("queue unowned")


def test_all_of_them_are_counted(desk: Desk) -> None:
    told = desk.says("queues")
    assert told.pages[0].sections[0].lines[0].startswith("new: 1 new, not acknowledged; first ESC-")


def test_an_unknown_name_is_answered_with_those_there_are(desk: Desk) -> None:
    assert "Say which queue: new, severe" in desk.refused("queue elsewhere")


def test_nothing_is_changed_and_nothing_to_undo(desk: Desk) -> None:
    before = desk.esc.version
    assert (desk.says("queues").undo, desk.esc.version) == (None, before)


@pytest.mark.parametrize("line", ["Queue times are bad today", "queue is full?", "Queues build up at the gate"])
def test_sentences_are_no_command(desk: Desk, line: str) -> None:
    block = parse_block(line, desk.now, "Europe/Berlin")
    assert (block.commands, block.unknown) == ((), ())
