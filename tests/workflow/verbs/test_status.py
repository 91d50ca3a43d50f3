"""`status` and `help` answer and change nothing."""

import pytest

from tests.workflow.desk import Desk
from workflow.trust import Trust
from workflow.verbs import TOPICS, VERBS


def test_status_says_where_it_stands(desk: Desk) -> None:
    desk.says("ack\nnext: call them by Friday 5pm\npromise tomorrow: the log")
    said = desk.says_one("status")
    assert "is acknowledged, owned by Lena Vogt, risk low, priority medium, Sev 2" in said
    assert "Next: call them, by Fri 8 May 2026 17:00 CEST." in said


def test_help_names_every_command(desk: Desk) -> None:
    said = desk.says_one("help")
    assert [verb.usage for verb in TOPICS["every day"] if f"`{verb.usage}`" not in said] == []
    assert [name for name in VERBS if name not in said] == []


@pytest.mark.parametrize("topic", list(TOPICS))
def test_help_about_a_topic_or_a_command_of_it_tells_its_usages(desk: Desk, topic: str) -> None:
    said = desk.says_one(f"help {topic}")
    assert [verb.usage for verb in TOPICS[topic] if f"`{verb.usage}`" not in said] == []
    assert desk.says_one(f"help {TOPICS[topic][0].name}") == said


def test_help_about_nothing_known_names_the_topics(desk: Desk) -> None:
    assert "`help closing`" in desk.refused("help invoices")


@pytest.mark.parametrize("said", ["status", "help"])
def test_they_change_nothing_and_need_no_proof(desk: Desk, said: str) -> None:
    before = desk.esc.version
    assert desk.says(said, allowed=Trust.WEAK).pending_id is None
    assert desk.esc.version == before
