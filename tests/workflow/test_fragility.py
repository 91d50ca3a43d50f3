"""What the rules are told of an account's past, from the real database: what makes it fragile, and for how long."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy.orm import Session

from config.words import Direction, MailKind, State
from signals.calendar import Calendar
from signals.reader import read_message
from store.mail import Conversation, Message, RawMail
from store.record import Escalation
from store.risk import FindingRow
from tests.workflow.desk import Desk
from workflow.gather import gather

_NUMBERS = count(1)
BACK = "The badge queue is stuck again."


@pytest.fixture
def write(session: Session, desk: Desk, now: datetime) -> Any:
    """`write(days, text, subject)`: a conversation of one mail of the customer, some days ago, and that mail."""

    def build(days: float, text: str = BACK, subject: str = "Badge queue") -> tuple[Conversation, Message]:
        key, at = f"past{next(_NUMBERS)}".encode().ljust(32, b"0"), now - timedelta(days=days)
        thread = Conversation(subject=subject, account_id=desk.account.id, first_at=at, last_at=at)
        raw = RawMail(sha256=key, body=b"x", size=1, received_at=at, kept_at=at, state="done")
        session.add_all([thread, raw])
        session.flush()
        mail = Message(
            conversation_id=thread.id,
            raw_mail_id=raw.id,
            content_key=key,
            message_id=key.decode(),
            message_id_hash=key,
            kind=MailKind.CUSTOMER,
            direction=Direction.IN,
            from_address="cus@acme.example",
            from_name="",
            account_id=desk.account.id,
            to_addresses=[],
            cc_addresses=[],
            subject=subject,
            sent_at=at,
            received_at=at,
            new_text=text,
            reading=read_message(text, Direction.IN, at, Calendar()).to_json(),
            reading_version="1",
        )
        session.add(mail)
        session.flush()
        return thread, mail

    return build


@pytest.fixture
def raised(session: Session, write: Any, now: datetime) -> Any:
    """`raised("impact", 9)`: a finding of level 2 nine days ago, on a conversation of its own if none is given."""

    def build(signal: str, days: float, level: int = 2, mail: Message | None = None) -> None:
        at, on = now - timedelta(days=days), mail or write(days, "Hello.")[1]
        plain = {"strength": 0.7, "contribution": 0.3, "rule_id": "r", "lexicon_version": "1", "features": {}}
        spot = {"message_id": on.id, "start": 0, "end": 1, "quote": "x", "clears_when": "", "from_level": 0}
        dates = {"found_at": at, "last_evidence_at": at}
        row = FindingRow(conversation_id=on.conversation_id, signal=signal, level=level, **dates, **plain, **spot)
        session.add(row)
        session.flush()

    return build


@pytest.fixture
def facts(session: Session, desk: Desk) -> Any:
    """`facts(conversation)`, of an account whose only escalation belongs to somebody else."""
    desk.esc.account_id = None
    return lambda thread: gather(session, [thread])[thread.id]


@pytest.fixture
def whys(write: Any, facts: Any, now: datetime) -> Any:
    """Why the account is fragile at a mail of this moment that says that something is back."""

    def build(thread: Conversation | None = None) -> list[str]:
        found = facts(thread or write(0)[0])
        return [frailty.why for frailty in found.fragile if frailty.holds(now, now)]

    return build


def test_the_flag_and_a_bad_rating_on_the_account_count(desk: Desk, whys: Any) -> None:
    desk.account.fragile, desk.account.csat = "lost their sponsor in May", 2.0
    assert whys() == ["lost their sponsor in May", "last rating 2 of 5"]


def test_a_good_rating_does_not(desk: Desk, whys: Any) -> None:
    desk.account.csat = 3.0
    assert whys() == []


@pytest.mark.parametrize(("days", "expected"), [(89, 1), (91, 0)])
def test_a_threat_elsewhere_counts_for_ninety_days(raised: Any, whys: Any, days: int, expected: int) -> None:
    raised("account_risk", days)
    assert len(whys()) == expected


def test_a_threat_of_this_very_conversation_is_the_rules_own_to_see(write: Any, raised: Any, whys: Any) -> None:
    thread, mail = write(0)
    raised("account_risk", 0, mail=mail)
    assert whys(thread) == []


@pytest.mark.parametrize(("first", "second", "expected"), [(59, 1, 1), (61, 1, 0), (40, 41, 1)])
def test_two_raised_signals_within_sixty_days_count(
    raised: Any, whys: Any, first: int, second: int, expected: int
) -> None:
    raised("impact", first)
    raised("missed_promise", second)
    assert len(whys()) == expected


def test_one_signal_twice_or_one_only_watched_does_not(raised: Any, whys: Any) -> None:
    raised("impact", 9)
    raised("impact", 8)
    raised("urgency", 7, level=1)
    assert whys() == []


def escalation(desk: Desk, at: datetime, state: State, closed_at: datetime | None = None) -> Escalation:
    return Escalation(
        title="Badge queue stuck",
        account_id=desk.account.id,
        state=state,
        opened_at=at,
        closed_at=closed_at,
        opened_why="x",
        changed_at=at,
    )


def test_another_open_escalation_counts(session: Session, desk: Desk, whys: Any, now: datetime) -> None:
    opened = escalation(desk, now - timedelta(days=5), State.OPEN)
    session.add(opened)
    session.flush()
    assert whys() == [f"{opened.number} opened {opened.opened_at:%Y-%m-%d}"]


def test_closed_escalations_are_the_history(desk: Desk, write: Any, facts: Any, now: datetime) -> None:
    closed_at = now - timedelta(days=40)
    desk.session.add(escalation(desk, now - timedelta(days=50), State.CLOSED, closed_at))
    desk.session.flush()
    past = facts(write(0)[0]).history
    assert [(p.subject, p.closed_at, p.escalated) for p in past] == [("Badge queue stuck", closed_at, True)]


def test_other_conversations_that_ended_are_history_where_the_customer_says_again(write: Any, facts: Any) -> None:
    write(20, "It stands.", "Scanner")
    assert [(p.subject, p.escalated) for p in facts(write(0)[0]).history] == [("Scanner", False)]
    assert facts(write(0, "Hello, which plug?")[0]).history == ()
