"""`risk:`, `assumption:`, `issue:`, `dependency:` and `settled` keep the risk register."""

import pytest

from tests.workflow.desk import Desk
from workflow.register import entries_of


@pytest.mark.parametrize("kind", ["risk", "assumption", "issue", "dependency"])
def test_each_kind_is_a_line_of_its_own(desk: Desk, kind: str) -> None:
    assert "In the register as r1" in desk.says_one(f"{kind}: the vendor is late")
    assert [(row.kind, row.text) for row in entries_of(desk.session, desk.esc)] == [(kind, "the vendor is late")]


def test_mitigation_and_who_sees_to_it_are_read(desk: Desk) -> None:
    said = desk.says_one("risk: the vendor is late. Mitigation: second source, @bob asks around")
    (row,) = entries_of(desk.session, desk.esc)
    assert (row.text, row.mitigation, row.owner_id) == (
        "the vendor is late", "second source, @bob asks around", desk.bob.id,
    )  # fmt: skip
    assert "Bob Stone sees to it" in said


def test_settled_keeps_how(desk: Desk) -> None:
    desk.says_one("risk: the vendor is late, mitigation: second source")
    desk.says_one("settled r1: they delivered")
    (row,) = entries_of(desk.session, desk.esc)
    assert (row.closed_at, row.mitigation) == (desk.now, "second source; they delivered")
    assert "r1 of" in desk.refused("settled r1")


def test_undo_takes_both_back(desk: Desk) -> None:
    desk.says_one("issue: no spare parts, mitigation: order some")
    desk.says_one("settled r1: there")
    desk.says_one("undo")
    assert [(row.closed_at, row.mitigation) for row in entries_of(desk.session, desk.esc)] == [(None, "order some")]
    desk.says_one("undo")
    assert entries_of(desk.session, desk.esc) == []


@pytest.mark.parametrize(
    "said",
    ["Risk is low", "Issue was fixed", "issue 4711 is closed", "Settled, thanks", "settled on Friday", "Dependency?"],
)
def test_a_sentence_is_none(desk: Desk, said: str) -> None:
    desk.says(said)
    assert entries_of(desk.session, desk.esc) == []


def test_a_line_without_its_number_is_asked_for(desk: Desk) -> None:
    assert "Say which line of the register" in desk.refused("settled: it is fine")
