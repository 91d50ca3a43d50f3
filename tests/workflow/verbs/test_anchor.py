"""`anchor deal D-7` attaches the escalation, `anchor none` takes it off, `handoff` takes along what hangs on it."""

import pytest

from config.recordwords import AnchorKind
from tests.workflow.desk import Desk
from tests.workflow.pieces import anchor, full_lead
from workflow.trust import Trust


@pytest.mark.parametrize("text", ["anchor deal D-7", "anchor: deal:D-7", "Anchor deal d-7."])
def test_it_is_attached(desk: Desk, text: str) -> None:
    deal = anchor(desk, AnchorKind.DEAL, "D-7")
    assert desk.says_one(text) == f"{desk.esc.number} belongs to deal D-7 now: Deal of Norvik"
    assert desk.esc.anchor_id == deal.id


def test_none_takes_it_off_and_undo_puts_it_back(desk: Desk) -> None:
    deal = anchor(desk, AnchorKind.DEAL, "D-7")
    desk.says("anchor deal D-7\nanchor none")
    assert desk.esc.anchor_id is None
    desk.says_one("undo")
    assert desk.esc.anchor_id == deal.id
    desk.says_one("undo")
    assert desk.esc.anchor_id is None


def test_undo_is_refused_when_somebody_attached_it_elsewhere_since(desk: Desk) -> None:
    anchor(desk, AnchorKind.DEAL, "D-7")
    other = anchor(desk, AnchorKind.PROJECT, "P-3")
    desk.says_one("anchor deal D-7")
    desk.says_one("anchor project P-3", desk.bob)
    assert "was changed since" in desk.refused("undo")
    assert desk.esc.anchor_id == other.id


def test_the_same_again_and_an_unknown_one_are_refused(desk: Desk) -> None:
    anchor(desk, AnchorKind.DEAL, "D-7")
    desk.says_one("anchor deal D-7")
    assert "is attached to deal D-7 already" in desk.refused("anchor deal D-7")
    assert "There is no deal D-8 that you may see" in desk.refused("anchor deal D-8")


@pytest.mark.parametrize("text", ["Anchor points are loose on both pumps.", "Handoff to the night shift went well."])
def test_a_sentence_is_no_command(desk: Desk, text: str) -> None:
    assert all(not line.ok for line in desk.says(text).lines)


def test_handoff_takes_everything_along(desk: Desk) -> None:
    full_lead(desk)
    deal = anchor(desk, AnchorKind.DEAL, "D-7")
    desk.says_one("anchor lead L-1")
    said = desk.says_one("handoff deal D-7")
    assert said == (
        "lead L-1 became deal D-7: priority, state, 1 escalation, 1 person, 2 comments, 2 files and 1 task came along."
    )
    assert desk.esc.anchor_id == deal.id


def test_handoff_of_what_belongs_to_nothing_says_how_to_attach_it(desk: Desk) -> None:
    assert "is attached to nothing yet; `anchor deal D-7` attaches it" in desk.refused("handoff deal D-7")


def test_a_wrong_direction_is_refused_with_the_rule(desk: Desk) -> None:
    anchor(desk, AnchorKind.PROJECT, "P-3")
    anchor(desk, AnchorKind.LEAD, "L-1")
    desk.says_one("anchor project P-3")
    assert "A lead is handed over to a deal, and a deal to a project" in desk.refused("handoff lead L-1")


def test_handoff_waits_for_a_confirm_since_nothing_takes_it_back(desk: Desk) -> None:
    full_lead(desk)
    anchor(desk, AnchorKind.DEAL, "D-7")
    desk.says_one("anchor lead L-1")
    told = desk.says("handoff deal D-7", allowed=Trust.ALIGNED)
    assert told.pending_id is not None
    assert desk.audit("anchor") == [(None, "lead L-1")]
