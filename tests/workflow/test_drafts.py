"""Drafts tell what changed since the last of their kind, and go to nobody but who asked."""

from datetime import timedelta

from store.outbox import Notice
from tests.workflow.desk import Desk
from tests.workflow.playing import play

DAY = timedelta(days=1)


def _draft(desk: Desk, kind: str = "daily", later: timedelta = timedelta(0)) -> dict[str, tuple[str, ...]]:
    told = desk.says(f"draft {kind}", later=later)
    (page,) = told.pages
    assert page.forward
    return {section.title.partition(" since")[0]: section.lines for section in page.sections}


def test_it_says_what_was_done(desk: Desk) -> None:
    play(desk)
    desk.says("ack\ndid 2: they accept the plan\nnext: send the plan by Friday\nissue: no spare parts")
    page = _draft(desk)
    assert page["Done"] == (
        "Weekly review call: they accept the plan",
        "Wed 6 May 10:30: It is acknowledged now",
    )
    assert page["Blockers"] == ("no spare parts",)
    assert page["Next"] == ("send the plan, by Fri 8 May 17:30",)


def test_the_next_one_tells_only_what_is_new(desk: Desk) -> None:
    desk.says_one("ack")
    _draft(desk)
    desk.says_one("start", later=DAY)
    assert _draft(desk, later=DAY)["Done"] == ("Thu 7 May 10:30: It is in progress now",)


def test_asked_for_again_at_once_it_is_the_same(desk: Desk) -> None:
    desk.says_one("ack")
    assert _draft(desk) == _draft(desk, later=timedelta(minutes=5)) | {"": _draft(desk)[""]}


def test_the_weekly_one_has_plan_timeline_and_risks(desk: Desk) -> None:
    desk.says("milestone 40: firmware\nreached 1\nrisk: vendor late")
    page = _draft(desk, "weekly")
    assert page["Action plan"][0] == "40% done; the milestones cover 40% of the plan"
    assert page["Budget and timeline"] == ("No date has moved.",)
    assert page["Risks and dependencies"] == ("r1 risk: vendor late",)


def test_a_day_without_anything_says_so(desk: Desk) -> None:
    page = _draft(desk, later=3 * DAY)
    assert (page["Done"], page["Blockers"]) == (("Nothing to report yet.",), ("None known.",))


def test_nobody_is_told_and_nothing_changes(desk: Desk) -> None:
    version = desk.esc.version
    _draft(desk)
    assert (desk.session.query(Notice).count(), desk.esc.version) == (0, version)
    assert desk.audit("draft daily") == [(None, None)]


def test_a_sentence_is_none(desk: Desk) -> None:
    assert desk.says("draft the contract please").pages == ()
