"""How a customer usually writes, from the real database: what counts, and what is left out."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy.orm import Session

from config.words import Direction, MailKind
from signals.facts import Habit
from signals.reading import Reading
from store.mail import Conversation, Message, RawMail
from tests.workflow.desk import Desk
from workflow.gather import gather

_NUMBERS = count(1)


@pytest.fixture
def write(session: Session, desk: Desk, now: datetime) -> Any:
    """`write(conversation, days, urgent=True)`: a mail of the customer, some days ago."""

    def build(conversation: Conversation, days: float, *, urgent: bool = False, kind: str = MailKind.CUSTOMER) -> None:
        key = f"habit{next(_NUMBERS)}".encode().ljust(32, b"0")
        at = now - timedelta(days=days)
        raw = RawMail(sha256=key, body=b"x", size=1, received_at=at, kept_at=at, state="done")
        session.add(raw)
        session.flush()
        session.add(
            Message(
                conversation_id=conversation.id,
                raw_mail_id=raw.id,
                content_key=key,
                message_id=key.decode(),
                message_id_hash=key,
                kind=kind,
                direction=Direction.IN,
                from_address="cus@acme.example",
                from_name="",
                account_id=desk.account.id,
                to_addresses=[],
                cc_addresses=[],
                subject="URGENT" if urgent else "Pump",
                sent_at=at,
                received_at=at,
                new_text="",
                reading=Reading(subject=("urgent",) if urgent else ()).to_json(),
                reading_version="1",
            )
        )
        session.flush()

    return build


@pytest.fixture
def habit(session: Session) -> Any:
    """`habit(conversation)`: what is usual for the customer's address."""
    return lambda conversation: gather(session, [conversation])[conversation.id].habits.get("cus@acme.example")


def test_urgent_subjects_of_other_conversations_are_a_habit(desk: Desk, write: Any, habit: Any) -> None:
    here, there = desk.conversation(), desk.conversation()
    write(here, 0)
    for days in (1, 2, 3):
        write(there, days, urgent=days > 1)
    assert habit(here) == Habit(mails=3, urgent=2)


def test_a_conversation_makes_no_habit_of_its_own_mails(desk: Desk, write: Any, habit: Any) -> None:
    here = desk.conversation()
    for days in (0, 1, 2):
        write(here, days, urgent=True)
    assert habit(here) is None


def test_what_was_half_a_year_ago_or_comes_later_is_no_habit(desk: Desk, write: Any, habit: Any) -> None:
    here, there = desk.conversation(), desk.conversation()
    write(here, 10)
    write(there, 191, urgent=True)
    write(there, 9, urgent=True)
    assert habit(here) is None


def test_a_list_and_a_machine_have_no_habits(desk: Desk, write: Any, habit: Any) -> None:
    here, there = desk.conversation(), desk.conversation()
    write(here, 0)
    write(there, 1, urgent=True, kind=MailKind.LIST)
    assert habit(here) is None
