"""`next: text [by DATE]` sets the next step and when it is due."""

from datetime import UTC, datetime

from tests.workflow.desk import Desk

FRIDAY_5PM = datetime(2026, 5, 8, 15, 0, tzinfo=UTC)


def test_the_date_is_read_in_the_persons_zone(desk: Desk) -> None:
    desk.says_one("next: send the log by Friday 5pm")
    assert (desk.esc.next_step, desk.esc.next_step_due) == ("send the log", FRIDAY_5PM)


def test_a_by_without_a_date_belongs_to_the_text(desk: Desk) -> None:
    desk.says_one("next: a fix by the vendor")
    assert (desk.esc.next_step, desk.esc.next_step_due) == ("a fix by the vendor", None)


def test_the_last_by_counts(desk: Desk) -> None:
    desk.says_one("next: a fix by the vendor by Friday 5pm")
    assert (desk.esc.next_step, desk.esc.next_step_due) == ("a fix by the vendor", FRIDAY_5PM)


def test_an_empty_one_is_asked_for(desk: Desk) -> None:
    assert "Say what happens next" in desk.refused("next:")


def test_undo_puts_step_and_date_back(desk: Desk) -> None:
    desk.says_one("next: send the log by Friday 5pm")
    desk.says_one("next: call them")
    desk.says_one("undo")
    assert (desk.esc.next_step, desk.esc.next_step_due) == ("send the log", FRIDAY_5PM)


def test_undo_puts_back_a_date_that_alone_was_changed(desk: Desk) -> None:
    desk.says_one("next: send the log by Friday 5pm")
    desk.says_one("next: send the log")
    desk.says_one("undo")
    assert desk.esc.next_step_due == FRIDAY_5PM
