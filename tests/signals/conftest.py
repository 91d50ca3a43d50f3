"""Small builders: a message that is really read, and the facts of a conversation of such messages."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.policy import Policy, load_policy
from config.words import Direction
from signals.calendar import Calendar
from signals.facts import Facts, Msg, Party
from signals.reader import read_message

CALENDAR = Calendar("Europe/Berlin")
MONDAY = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
"""Nine o'clock on a Monday at the calendar's place."""

Say = Callable[..., Msg]
Tell = Callable[..., Facts]


@pytest.fixture
def say() -> Say:
    """`say(1, "in", hours, text)`: message 1, from the customer, some hours after Monday nine o'clock."""

    def build(number: int, way: str, hours: float, text: str, **more: Any) -> Msg:
        direction, sent = Direction(way), MONDAY + timedelta(hours=hours)
        inward = direction is Direction.IN
        language, subject = more.pop("language", None), more.get("subject", "")
        reading = read_message(text, direction, sent, CALENDAR, language, subject)
        values: dict[str, Any] = {
            "author": "cus@acme.example" if inward else "agent@us.example",
            "to": ("agent@us.example",) if inward else ("cus@acme.example",),
            "cc": (),
            "subject": "Pump P6",
            "attachments": 0,
            "automatic": False,
        }
        values.update(more)
        return Msg(
            id=number, message_id=f"m{number}", direction=direction, sent_at=sent, text=text, reading=reading, **values
        )

    return build


@pytest.fixture
def tell() -> Tell:
    """`tell(msg, ...)`: the facts of one conversation."""

    def build(*messages: Msg, **more: Any) -> Facts:
        parties = {"agent@us.example": Party("agent@us.example", "Ann Agent", ours=True, title="Support Engineer")}
        parties.update(more.pop("parties", {}))
        return Facts(messages=messages, parties=parties, calendar=CALENDAR, **more)

    return build


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy()


@pytest.fixture
def at() -> Callable[[float], datetime]:
    """Hours after Monday nine o'clock."""
    return lambda hours: MONDAY + timedelta(hours=hours)
