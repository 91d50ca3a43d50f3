"""`undo` takes back the writer's own last command, within its time, unless somebody changed the field since."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from store.record import Audit
from tests.workflow.desk import Desk


def test_with_nothing_to_undo_it_is_refused(desk: Desk) -> None:
    assert "in the last 24 hours" in desk.refused("undo")


def test_another_persons_command_is_not_touched(desk: Desk) -> None:
    desk.says_one("ack")
    assert "You gave no command" in desk.refused("undo", desk.bob)


def test_it_is_too_late_after_a_day(desk: Desk) -> None:
    desk.says_one("ack")
    assert "You gave no command" in desk.refused("undo", later=timedelta(hours=24, seconds=1))


def test_a_field_changed_since_is_left_and_named(desk: Desk) -> None:
    desk.says_one("priority high")
    desk.says_one("priority low", desk.bob)
    assert "The priority of" in desk.refused("undo")
    assert desk.esc.priority == "low"


def test_a_change_of_another_field_does_not_stand_in_the_way(desk: Desk) -> None:
    desk.says_one("priority high")
    desk.says_one("sev 1", desk.bob)
    desk.says_one("undo")
    assert (desk.esc.priority, desk.esc.path) == ("medium", 1)


def test_a_second_undo_takes_back_the_command_before(desk: Desk) -> None:
    desk.says("priority high\nsev 1")
    desk.says("undo\nundo")
    assert (desk.esc.priority, desk.esc.path) == ("medium", 2)


def test_the_audit_says_that_it_was_an_undo(desk: Desk) -> None:
    desk.says_one("sev 1")
    desk.says_one("undo")
    reasons = select(Audit.reason).where(Audit.action == "path").order_by(Audit.seq)
    assert desk.session.scalars(reasons).all() == [None, "undo of `sev`"]


def test_it_does_not_go_back_to_an_owner_who_has_left(desk: Desk) -> None:
    desk.says_one("own", desk.bob)
    desk.lena.active = False
    assert "has left" in desk.refused("undo", desk.bob)
    assert desk.esc.owner_id == desk.bob.id


@pytest.mark.parametrize(
    ("before", "mine", "theirs"),
    [
        ("", "milestone 40: x", "reached 1: 50%"),
        ("milestone 40: x", "milestone m1 30: y", "reached 1: 50%"),
        ("action: @bob: call", "milestone 40: x", "milestone m1 actions 1"),
        ("action: @bob: call\nmilestone 40: x\nmilestone 20: y", "milestone m1 actions 1", "milestone m2 actions 1"),
        ("", "raci @bob R", "raci @mona.adler A"),
        ("", "risk: they leave", "settled r1: they stay"),
        ("", "action: @bob: call", "done 1"),
        ("", "promise Friday: a call", "kept"),
    ],
)
def test_what_somebody_did_since_is_not_taken_back_with_it(desk: Desk, before: str, mine: str, theirs: str) -> None:
    desk.says(before)
    desk.says_one(mine)
    desk.says_one(theirs, desk.bob)
    assert "since, so I left" in desk.refused("undo")
