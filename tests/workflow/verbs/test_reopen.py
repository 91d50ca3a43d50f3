"""`reopen: why` takes up again what was resolved or closed."""

import pytest
from sqlalchemy import select

from store.record import Audit
from tests.workflow.desk import Desk
from workflow.trust import Trust


def test_it_is_open_again_with_the_reason_in_the_audit(desk: Desk) -> None:
    desk.says_one("resolve")
    desk.says_one("reopen: it is back")
    assert desk.esc.state == "open"
    assert desk.session.scalars(select(Audit.reason).where(Audit.action == "reopened")).all() == ["it is back"]


@pytest.mark.parametrize("said", ["reopen:", "reopen: "])
def test_it_needs_a_reason(desk: Desk, said: str) -> None:
    assert "needs a reason" in desk.refused(said)


def test_what_is_not_done_cannot_be_reopened(desk: Desk) -> None:
    assert "nothing to reopen" in desk.refused("reopen: why not")


def test_to_undo_it_is_to_resolve_again_and_needs_a_confirm(desk: Desk) -> None:
    desk.says_one("resolve: done")
    desk.says_one("reopen: it is back")
    assert desk.says("undo", allowed=Trust.ALIGNED).pending_lines == ("undo",)
    desk.says_one("undo")
    assert (desk.esc.state, desk.esc.resolution, desk.esc.reopened_at) == ("resolved", "done", None)
