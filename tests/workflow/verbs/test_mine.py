"""`mine` lists the writer's own action items on whatever escalation, and changes nothing."""

from datetime import timedelta

from tests.workflow.desk import Desk
from workflow.trust import Trust


def test_own_items_of_all_escalations_by_day(desk: Desk) -> None:
    other = desk.opened(desk.conversation())
    desk.says("action: @bob by Friday: later\naction: @lena: not his")
    desk.says("action: @bob by tomorrow: sooner", esc=other)
    lines = desk.says_one("mine", desk.bob).split("\n")
    assert [line.split(": ")[1] for line in lines[1:]] == ["sooner", "later"]
    assert lines[1].startswith(f"{other.number} Norvik, item 1 (Thu 7 May 2026 17:30 CEST)")


def test_what_is_late_says_so(desk: Desk) -> None:
    desk.says("action: @bob by tomorrow: call\ndoing 1")
    assert "overdue, in progress" in desk.says_one("mine", desk.bob, later=timedelta(days=3))


def test_nothing_to_do(desk: Desk) -> None:
    assert desk.says_one("mine.") == "You have no action item to do."


def test_what_is_over_is_not_listed(desk: Desk) -> None:
    desk.says("action: @bob: a\naction: @bob: b\ndone 1\ndrop 2: no need")
    assert "no action item" in desk.says_one("mine", desk.bob)


def test_an_escalation_one_may_not_see_any_more_is_not_listed(desk: Desk) -> None:
    other = desk.opened(desk.conversation())
    desk.says("action: @stan: secret")
    desk.says("note: @stan look", esc=other)
    desk.says("undo", desk.stan)
    told = desk.says("mine", desk.stan, esc=other)
    assert "secret" in told.lines[0].outcome


def test_it_needs_no_proof_and_writes_nothing(desk: Desk) -> None:
    before = desk.esc.version
    told = desk.says("mine", allowed=Trust.WEAK)
    assert (told.pending_id, told.undo, desk.esc.version) == (None, None, before)
