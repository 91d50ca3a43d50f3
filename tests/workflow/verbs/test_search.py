"""`search: words` answers with the first few hits and is no word of everyday mail."""

import pytest

from tests.workflow.desk import Desk
from tests.workflow.finder import Finder
from workflow.grammar import parse_block
from workflow.trust import Trust


@pytest.fixture
def find(desk: Desk) -> Finder:
    """Search as Lena."""
    return Finder(desk)


def test_the_reply_answers_with_the_first_five(desk: Desk, find: Finder) -> None:
    for n in range(7):
        find.mail(f"the valve number {n}")
    find("valve")
    said = desk.says_one("search: valve kind:mail")
    assert said.startswith("The first 5 of 7;")
    assert (
        said.count(f"\n- {desk.esc.number}, Ines Dahl, Wed 6 May 2026 10:30 CEST, Pump stands: “the valve number") == 5
    )


def test_a_bad_search_is_refused_and_an_empty_one_asked_for(desk: Desk) -> None:
    assert "There is no filter `colour:`" in desk.refused("search: colour:red")
    assert "Say what to search for" in desk.refused("search:")


def test_nothing_found_is_said(desk: Desk) -> None:
    assert desk.says_one('find: "no such thing"').startswith("Nothing that you may see fits.")


def test_it_changes_nothing_and_needs_no_proof(desk: Desk) -> None:
    before = desk.esc.version
    told = desk.says("search: valve owner:@bob.stone", allowed=Trust.WEAK)
    assert (told.lines[0].ok, told.pending_id, desk.esc.version) == (True, None, before)
    assert desk.notices("mention") == []


@pytest.mark.parametrize(
    "line", ["Search the logs please", "Find attached the report", "find it", "Searching for the cause now", "Search?"]
)
def test_sentences_are_no_command_and_get_no_advice(desk: Desk, line: str) -> None:
    block = parse_block(line, desk.now, "UTC")
    assert (block.commands, block.unknown) == ((), ())
