"""`snooze 2d` keeps mail about one escalation from one person for a while."""

from datetime import datetime

import pytest

from store.record import Participant
from tests.workflow.desk import Desk


def _until(desk: Desk) -> datetime | None:
    return desk.session.get_one(Participant, (desk.esc.id, desk.lena.id)).snoozed_until


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("snooze 4h", "2026-05-06T12:30:00+00:00"),
        ("snooze 2d", "2026-05-08T15:30:00+00:00"),
        ("snooze until Monday", "2026-05-11T15:30:00+00:00"),
        ("snooze: for 1 week.", "2026-05-13T15:30:00+00:00"),
    ],
)
def test_it_lasts_as_long_as_said(desk: Desk, said: str, until: str) -> None:
    desk.says_one(said)
    assert _until(desk) == datetime.fromisoformat(until)


def test_off_ends_it(desk: Desk) -> None:
    desk.says("snooze 2d\nsnooze off")
    assert _until(desk) is None


@pytest.mark.parametrize("said", ["snooze", "snooze 400d", "snooze 2026-05-01"])
def test_without_a_usable_time_it_is_refused(desk: Desk, said: str) -> None:
    assert "snooze" in desk.refused(said)


def test_undo_ends_it(desk: Desk) -> None:
    desk.says_one("snooze 2d")
    desk.says_one("undo")
    assert _until(desk) is None
