"""Flags, lift and flaps are counted as they are defined."""

from typing import Any

from bench.whole import Conversation, flaps, most_notices, whole


def risk(at: str, before: str, after: str, conversation: int = 1) -> dict[str, Any]:
    """One step of a conversation's risk."""
    return {"at": f"2026-05-{at}Z", "event": "risk", "conversation": conversation, "from": before, "to": after}


def test_lift_is_how_much_denser_true_ones_are_among_the_flagged() -> None:
    stories = [{"account": "A", "truth": {"escalation": {"expected": True}}}]
    seen = [Conversation("A", flagged=True), *[Conversation("B", flagged=n == 0) for n in range(9)]]
    found = whole(seen, stories)
    assert (found.recall, found.share, found.lift) == (1.0, 0.2, 5.0)


def test_a_risk_that_is_back_within_a_day_has_flapped() -> None:
    steps = [risk("04T09:00:00", "high", "elevated"), risk("04T15:00:00", "elevated", "high")]
    assert flaps(steps) == 1


def test_a_risk_that_is_back_after_days_has_not_flapped() -> None:
    steps = [risk("04T09:00:00", "high", "elevated"), risk("07T15:00:00", "elevated", "high")]
    assert flaps(steps) == 0


def test_each_conversation_flaps_by_itself() -> None:
    steps = [risk("04T09:00:00", "high", "elevated"), risk("04T15:00:00", "elevated", "high", conversation=2)]
    assert flaps(steps) == 0


def test_two_mails_to_one_person_at_one_moment_are_counted() -> None:
    mail = {"at": "2026-05-04T09:00:00Z", "event": "notice", "to": "a@us.example", "kind": "x", "escalation": "ESC-1"}
    assert most_notices([mail, mail | {"kind": "y"}, mail | {"to": "b@us.example"}]) == 2
