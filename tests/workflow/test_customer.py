"""A mail to the customer is drafted from the record, and waits for the person who sends it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from config.policy import CustomerPolicy
from config.words import Direction, MailKind
from store.customer import CustomerMail
from store.mail import Conversation, Message, RawMail
from tests.workflow.desk import Desk
from workflow.context import Context
from workflow.execute import Request, Transcript, run_block
from workflow.grammar import parse_block
from workflow.trust import Trust

INES, HELP = "ines@norvik.example", "help@us.example"
ON = CustomerPolicy(updates=True, satisfaction=True, satisfaction_after_close=False)


def wrote(
    desk: Desk, number: int, direction: Direction = Direction.IN, place: Conversation | None = None, **values: object
) -> Message:
    """A mail on the escalation's conversation, `number` minutes after now."""
    key, at = str(number).encode(), desk.now + timedelta(minutes=number)
    raw = RawMail(sha256=key, body=b"", size=0, received_at=at, kept_at=at)
    desk.session.add(raw)
    desk.session.flush()
    where = place or desk.session.scalars(select(Conversation).where(Conversation.escalation_id == desk.esc.id)).first()
    assert where is not None
    kind = {Direction.IN: MailKind.CUSTOMER, Direction.OUT: MailKind.COLLEAGUE}.get(direction, MailKind.COLLEAGUE)
    given = {
        "kind": kind, "from_address": INES if direction is Direction.IN else HELP, "to_addresses": [HELP],
        "subject": "Pump stands", "details": {},
    } | values  # fmt: skip
    made = Message(
        conversation_id=where.id, raw_mail_id=raw.id, content_key=key, message_id=f"<{number}@x.example>",
        message_id_hash=key, direction=direction, from_name="Ines Dahl", cc_addresses=[], sent_at=at, received_at=at,
        new_text="", reading={}, reading_version="", **given,
    )  # fmt: skip
    desk.session.add(made)
    desk.session.flush()
    return made


def switched(desk: Desk, policy: CustomerPolicy = ON) -> Context:
    desk.team.mailboxes = [HELP]
    desk.session.flush()
    context = desk.context
    return replace(context, policy=context.policy.model_copy(update={"customer": policy}))


def says(desk: Desk, line: str, allowed: Trust = Trust.CONFIRMED, policy: CustomerPolicy = ON) -> Transcript:
    block = parse_block(line, desk.now, "Europe/Berlin")
    return run_block(desk.session, desk.by(), desk.esc.id, block, Request(allowed, switched(desk, policy)))


def outcome(desk: Desk, line: str, *, ok: bool = True) -> str:
    told = says(desk, line)
    assert [each.ok for each in told.lines] == [ok], told.lines
    return told.lines[0].outcome


def mails(desk: Desk) -> list[CustomerMail]:
    return list(desk.session.scalars(select(CustomerMail).order_by(CustomerMail.n)))


@pytest.mark.parametrize("line", ["update customer", "update: we are on it", "satisfaction"])
def test_off_is_what_it_is_unless_somebody_switches_it_on(desk: Desk, line: str) -> None:
    wrote(desk, 1)
    desk.esc.state = "resolved"
    assert desk.context.policy.customer == CustomerPolicy(
        updates=False, satisfaction=False, satisfaction_after_close=False
    )
    assert "switched off here" in desk.refused(line)
    assert mails(desk) == []


def test_a_draft_is_shown_in_full_and_goes_nowhere(desk: Desk) -> None:
    wrote(desk, 1)
    desk.says_one("next: send the log by Friday 5pm")
    told = says(desk, "update customer")
    assert "nothing has gone out" in told.lines[0].outcome
    page = "\n".join(line for section in told.pages[0].sections for line in section.lines)
    assert all(
        part in page for part in (f"To: {INES}", f"From: {HELP}", "Re: Pump stands", "send the log", "Lena Vogt")
    )
    assert [(mail.state, mail.approved_by) for mail in mails(desk)] == [("draft", None)]


def test_ones_own_words_are_kept_as_they_are(desk: Desk) -> None:
    wrote(desk, 1)
    words = "Hello Ines,\n\nwe swap the seal tomorrow.\nIt takes two hours.\n\nLena"
    outcome(desk, f"update: {words}")
    assert mails(desk)[0].text == words


def test_commands_below_ones_own_words_end_them(desk: Desk) -> None:
    wrote(desk, 1)
    told = says(desk, "update: Hello Ines,\n\nwe swap it.\n\npriority high")
    assert ([line.ok for line in told.lines], mails(desk)[0].text) == ([True, True], "Hello Ines,\n\nwe swap it.")


def test_it_is_threaded_below_the_customers_last_mail(desk: Desk) -> None:
    wrote(desk, 1)
    wrote(desk, 2, Direction.OUT)
    wrote(desk, 3, Direction.INTERNAL)
    wrote(desk, 4)
    outcome(desk, "update customer")
    made = mails(desk)[0]
    assert (made.in_reply_to, made.references) == ("<4@x.example>", ["<1@x.example>", "<2@x.example>", "<4@x.example>"])


def test_sending_asks_for_a_confirm_first(desk: Desk) -> None:
    wrote(desk, 1)
    outcome(desk, "update customer")
    told = says(desk, "send 1", Trust.ALIGNED)
    assert (told.pending_id is not None, mails(desk)[0].state) == (True, "draft")


def test_a_sent_draft_waits_with_the_name_of_who_sent_it(desk: Desk) -> None:
    wrote(desk, 1)
    outcome(desk, "update customer")
    assert "cannot be unsent" in outcome(desk, "send draft 1")
    made = mails(desk)[0]
    assert (made.state, made.approved_by, made.from_address) == ("waiting", desk.lena.id, HELP)
    assert str(made.message_id).endswith("@us.example>")
    assert desk.audit("customer mail") == [("draft 1", "approved")]


def test_what_the_customer_wrote_meanwhile_must_be_read_first(desk: Desk) -> None:
    wrote(desk, 1)
    outcome(desk, "update customer")
    wrote(desk, 2)
    assert "has written since" in outcome(desk, "send 1", ok=False)


def test_a_draft_is_sent_once(desk: Desk) -> None:
    wrote(desk, 1)
    outcome(desk, "update customer")
    outcome(desk, "send 1")
    assert "only a draft can be sent" in outcome(desk, "send 1", ok=False)


def test_a_discarded_draft_cannot_be_sent_and_undo_brings_it_back(desk: Desk) -> None:
    wrote(desk, 1)
    outcome(desk, "update customer")
    outcome(desk, "discard 1")
    assert "only a draft can be sent" in outcome(desk, "send 1", ok=False)
    outcome(desk, "undo")
    assert mails(desk)[0].state == "draft"


def test_an_approved_mail_can_be_stopped_until_it_is_under_way(desk: Desk) -> None:
    wrote(desk, 1)
    outcome(desk, "update customer")
    outcome(desk, "send 1")
    mails(desk)[0].claimed_until = desk.now + timedelta(minutes=1)
    assert "being sent" in outcome(desk, "discard 1", ok=False)
    mails(desk)[0].claimed_until = None
    assert "does not go out" in outcome(desk, "discard 1")


def test_undo_of_a_draft_withdraws_it(desk: Desk) -> None:
    wrote(desk, 1)
    outcome(desk, "update customer")
    outcome(desk, "undo")
    assert mails(desk)[0].state == "withdrawn"


def test_an_unknown_draft_is_answered_with_those_there_are(desk: Desk) -> None:
    wrote(desk, 1)
    outcome(desk, "update customer")
    assert "its drafts: 1" in outcome(desk, "send 7", ok=False)


def test_without_a_mail_of_the_customer_there_is_nobody_to_answer(desk: Desk) -> None:
    assert "nobody I could answer" in outcome(desk, "update customer", ok=False)


def test_whoever_was_not_invited_is_not_answered(desk: Desk) -> None:
    wrote(desk, 1)
    wrote(desk, 2, from_address="mallory@elsewhere.example", details={"doubt": "unverified participant"})
    outcome(desk, "update customer")
    assert mails(desk)[0].to_addresses == [INES]


@pytest.mark.parametrize("state", ["waiting", "sent", "failed"])
def test_the_database_refuses_what_nobody_approved(desk: Desk, state: str) -> None:
    wrote(desk, 1)
    outcome(desk, "update customer")
    with pytest.raises(IntegrityError, match="ck_customer_mail_approved"), desk.session.begin_nested():
        desk.session.execute(text("UPDATE customer_mail SET state = :state"), {"state": state})


def test_drafts_follow_a_merge_under_a_free_number(desk: Desk) -> None:
    wrote(desk, 1)
    outcome(desk, "update customer")
    other, desk.esc = desk.esc, desk.opened(desk.conversation())
    wrote(desk, 2)
    outcome(desk, "update customer")
    outcome(desk, f"merge {other.number}")
    assert sorted((mail.escalation_id, mail.n) for mail in mails(desk)) == [(desk.esc.id, 1), (desk.esc.id, 2)]


def closing(desk: Desk, policy: CustomerPolicy) -> Transcript:
    wrote(desk, 1)
    desk.esc.state, desk.esc.resolved_at = "resolved", desk.now
    return says(desk, "close\nroot cause: a seal\nresolution: replaced it", policy=policy)


def test_a_close_asks_the_customer_only_where_the_policy_says_so(desk: Desk) -> None:
    closing(desk, ON)
    assert mails(desk) == []


def test_a_close_may_ask_in_the_name_of_who_closed(desk: Desk) -> None:
    told = closing(desk, ON.model_copy(update={"satisfaction_after_close": True}))
    assert f"{INES} is asked how content they are" in told.lines[0].outcome
    assert [(m.kind, m.state, m.approved_by) for m in mails(desk)] == [("satisfaction", "waiting", desk.lena.id)]


def test_nobody_is_asked_before_it_is_resolved(desk: Desk) -> None:
    wrote(desk, 1)
    assert "not resolved yet" in outcome(desk, "satisfaction", ok=False)


@pytest.mark.parametrize(
    "line",
    [
        "Update customer on the delay please", "Update the ticket when you can", "Send me the log",
        "send 1 copy to Ana", "Send: the log", "Discard the old one", "Satisfaction is low there",
        "Rating of the pump is 4 bar",
        "Updates: none", "Sent 1 mail today", "rating agencies called",
    ],
)  # fmt: skip
def test_sentences_are_no_command(desk: Desk, line: str) -> None:
    block = parse_block(line, desk.now, "Europe/Berlin")
    assert (block.commands, block.unknown) == ((), ())


def test_undo_of_a_draft_does_not_stop_what_somebody_sent_since(desk: Desk) -> None:
    wrote(desk, 1)
    outcome(desk, "update customer")
    outcome(desk, "send 1")
    assert "approved and about to be sent since" in outcome(desk, "undo", ok=False)
    assert mails(desk)[0].state == "waiting"
