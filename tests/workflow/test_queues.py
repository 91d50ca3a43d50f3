"""Each queue holds what waits there, and nothing that the asking person may not see."""

from datetime import timedelta

import pytest

from config.policy import load_policy
from config.words import Direction, MailKind, Priority, Role
from store.mail import Message, RawMail
from store.people import Account, Person
from store.record import Escalation
from tests.workflow.desk import Desk
from workflow.commitments import add_promise
from workflow.errors import NotFound
from workflow.queues import QUEUES, Asked, queue_counts, queue_named
from workflow.record import set_next_step, set_priority

HOUR = timedelta(hours=1)


def refs(desk: Desk, name: str, person: Person | None = None, later: timedelta = timedelta()) -> list[str]:
    asked = Asked(person or desk.lena, desk.now + later, load_policy())
    return [row.ref for row in queue_named(name).rows(desk.session, asked)]


def wrote(desk: Desk, age: timedelta, direction: Direction = Direction.IN) -> None:
    """A mail of the customer, or of ours, on the escalation's conversation."""
    kind = MailKind.CUSTOMER if direction is Direction.IN else MailKind.COLLEAGUE
    key = f"{age}{direction}".encode()
    raw = RawMail(sha256=key, body=b"", size=0, received_at=desk.now, kept_at=desk.now)
    desk.session.add(raw)
    desk.session.flush()
    place = desk.conversation(esc=desk.esc) if direction is Direction.IN else None
    last = desk.session.query(Message).order_by(Message.id.desc()).first()
    where = place.id if place is not None else last.conversation_id if last is not None else 0
    desk.session.add(
        Message(
            conversation_id=where, raw_mail_id=raw.id, content_key=key, message_id="<1@x>", message_id_hash=key,
            kind=kind, direction=direction, from_address="a@norvik.example", from_name="", to_addresses=[],
            cc_addresses=[], subject="", sent_at=desk.now - age, received_at=desk.now, new_text="", reading={},
            reading_version="",
        )
    )  # fmt: skip
    desk.session.flush()


def test_every_queue_has_a_name_of_its_own() -> None:
    assert len({queue.name for queue in QUEUES}) == len(QUEUES) == 9


def test_what_nobody_acknowledged_is_new(desk: Desk) -> None:
    assert refs(desk, "new") == [desk.esc.number]
    desk.says_one("ack")
    assert refs(desk, "new") == []


def test_severe_is_sev_1_or_high_priority_until_it_is_resolved(desk: Desk) -> None:
    assert refs(desk, "severe") == []
    set_priority(desk.session, desk.by(), desk.esc, Priority.CRITICAL)
    assert refs(desk, "severe") == [desk.esc.number]
    desk.says_one("resolve: the seal was replaced")
    assert refs(desk, "severe") == []


def test_two_escalations_in_ninety_days_are_repeated(desk: Desk) -> None:
    assert refs(desk, "repeated") == []
    desk.opened(desk.conversation())
    assert refs(desk, "repeated") == ["Norvik"]
    assert refs(desk, "repeated", later=timedelta(days=91)) == []


def test_a_next_step_past_its_time_is_overdue(desk: Desk) -> None:
    set_next_step(desk.session, desk.by(), desk.esc, "call them", desk.now + HOUR)
    assert (refs(desk, "overdue"), refs(desk, "overdue", later=2 * HOUR)) == ([], [desk.esc.number])


def test_a_customer_without_an_answer_for_a_business_day_is_overdue(desk: Desk) -> None:
    wrote(desk, timedelta(days=2))
    assert refs(desk, "overdue") == [desk.esc.number]
    wrote(desk, timedelta(days=1), Direction.OUT)
    assert refs(desk, "overdue") == []


def test_a_mail_of_the_evening_before_is_not_overdue_in_the_morning(desk: Desk) -> None:
    wrote(desk, 15 * HOUR)
    assert refs(desk, "overdue") == []


def test_what_waits_on_a_team_and_what_nobody_owns(desk: Desk) -> None:
    desk.says_one("waiting on engineering")
    desk.esc.owner_id = None
    desk.session.flush()
    assert (refs(desk, "waiting"), refs(desk, "unowned")) == ([desk.esc.number], [desk.esc.number])


def test_promises_are_due_by_the_persons_own_day(desk: Desk) -> None:
    # It is 10:30 in Berlin; 21:59 UTC is still today there, 22:01 is tomorrow.
    for minutes in (-60, 13 * 60 + 29, 13 * 60 + 31):
        add_promise(desk.session, desk.by(), desk.esc, "soon", desk.now + timedelta(minutes=minutes))
    assert len(refs(desk, "today")) == 2


def test_guessed_customers_are_for_admins_and_those_who_see_their_escalation(desk: Desk) -> None:
    desk.session.add(Account(name="who.example", provisional=True, created_at=desk.now))
    desk.account.provisional = True
    desk.session.flush()
    desk.mona.role = Role.ADMIN
    seen = [refs(desk, "provisional", person) for person in (desk.mona, desk.lena, desk.stan)]
    assert seen == [["Norvik", "who.example"], ["Norvik"], []]


def test_parked_mails_are_for_admins_only(desk: Desk) -> None:
    raw = RawMail(sha256=b"p", body=b"", size=0, received_at=desk.now, kept_at=desk.now, state="parked", reason="gate")
    desk.session.add(raw)
    desk.session.flush()
    desk.mona.role = Role.ADMIN
    assert (refs(desk, "parked", desk.mona), refs(desk, "parked")) == ([f"mail {raw.id}"], [])


@pytest.mark.parametrize("name", [queue.name for queue in QUEUES])
def test_nobody_of_another_team_sees_anything_in_any_queue(desk: Desk, name: str) -> None:
    wrote(desk, timedelta(days=2))
    desk.opened(desk.conversation())
    set_priority(desk.session, desk.by(), desk.esc, Priority.CRITICAL)
    add_promise(desk.session, desk.by(), desk.esc, "soon", desk.now)
    desk.says_one("waiting on support")
    for esc in desk.session.query(Escalation):
        esc.owner_id = None
    desk.session.flush()
    assert refs(desk, name, desk.stan) == []


def test_counts_name_the_worst_and_leave_empty_queues_out(desk: Desk) -> None:
    counts = queue_counts(desk.session, Asked(desk.lena, desk.now, load_policy()))
    assert [(each.name, each.count, each.worst.ref) for each in counts] == [("new", 1, desk.esc.number)]


def test_an_unknown_queue_is_answered_with_those_there_are() -> None:
    with pytest.raises(NotFound, match="there are new, severe"):
        queue_named("elsewhere")
