"""`status` and `help` answer and change nothing."""

import pytest

from tests.workflow.desk import Desk
from workflow.trust import Trust
from workflow.verbs import VERBS


def test_status_says_where_it_stands(desk: Desk) -> None:
    desk.says("ack\nnext: call them by Friday 5pm\npromise tomorrow: the log")
    said = desk.says_one("status")
    assert "is acknowledged, owned by Lena Vogt, risk low, priority medium, Sev 2" in said
    assert "Next: call them, by Fri 8 May 2026 17:00 CEST." in said


def test_help_names_every_command(desk: Desk) -> None:
    said = desk.says_one("help")
    assert [verb.name for verb in VERBS.values() if f"`{verb.usage}`" not in said] == []


@pytest.mark.parametrize("said", ["status", "help"])
def test_they_change_nothing_and_need_no_proof(desk: Desk, said: str) -> None:
    before = desk.esc.version
    assert desk.says(said, allowed=Trust.WEAK).pending_id is None
    assert desk.esc.version == before
