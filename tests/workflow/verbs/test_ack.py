"""`ack` moves an open escalation one step, and tells the second of two people who was first."""

from datetime import timedelta

from tests.workflow.desk import Desk


def test_it_acknowledges(desk: Desk) -> None:
    desk.says_one("ack")
    assert (desk.esc.state, desk.esc.acknowledged_at) == ("acknowledged", desk.now)


def test_the_second_one_is_told_who_was_first(desk: Desk) -> None:
    desk.says_one("ack")
    assert "acknowledged already (by Lena Vogt, Wed 6 May 2026 10:30 CEST)" in desk.refused("ack", desk.bob)


def test_whoever_acknowledges_what_nobody_owns_owns_it(desk: Desk) -> None:
    desk.esc.owner_id = None
    desk.says_one("ack", desk.bob)
    assert desk.esc.owner_id == desk.bob.id


def test_undo_makes_it_open_again(desk: Desk) -> None:
    desk.says_one("ack")
    desk.says_one("undo", later=timedelta(minutes=1))
    assert (desk.esc.state, desk.esc.acknowledged_at) == ("open", None)
