"""Our own and automatic mail is told apart before anything else, so that it can neither command nor alert."""

import pytest

from config.words import Direction, MailKind
from ingest.classify import classify
from ingest.directory import Colleague, Directory
from ingest.mail import Address
from tests.builders import parsed

DIRECTORY = Directory(
    colleagues={"lena@us.example": Colleague(2, "lena@us.example", "Lena", 1, active=True)},
    domains=frozenset({"us.example", "esc.us.example"}),
    mailboxes={},
    team_of_mailbox={"help@us.example": 1},
    calendars={},
    own_address="smokewatch@esc.us.example",
    reply_address="reply@esc.us.example",
    bounce_address="bounce@esc.us.example",
    escalation_address="escalate@esc.us.example",
)
INES, LENA = Address("ines@norvik.example"), Address("lena@us.example")
HELP, TOKEN = Address("help@us.example"), Address("reply+abc@esc.us.example")


@pytest.mark.parametrize(
    ("sender", "to", "kind", "direction"),
    [
        (INES, HELP, MailKind.CUSTOMER, Direction.IN),
        (LENA, INES, MailKind.COLLEAGUE, Direction.OUT),
        (LENA, HELP, MailKind.COLLEAGUE, Direction.INTERNAL),
        (LENA, TOKEN, MailKind.COMMAND, Direction.INTERNAL),
        (INES, TOKEN, MailKind.COMMAND, Direction.IN),
        (LENA, Address("escalate@esc.us.example"), MailKind.FORWARD, Direction.INTERNAL),
        (INES, Address("escalate@esc.us.example"), MailKind.CUSTOMER, Direction.IN),
        (Address("new.colleague@us.example"), INES, MailKind.COLLEAGUE, Direction.OUT),
        (Address("smokewatch@esc.us.example"), LENA, MailKind.OWN, Direction.INTERNAL),
        (INES, Address("bounce+1@esc.us.example"), MailKind.BOUNCE, Direction.IN),
    ],
)
def test_sender_and_recipient_decide(sender: Address, to: Address, kind: MailKind, direction: Direction) -> None:
    verdict = classify(parsed("<a@x>", from_addresses=(sender,), to=(to,)), DIRECTORY, "mark")
    assert (verdict.kind, verdict.direction) == (kind, direction)


def test_the_envelope_counts_as_a_recipient() -> None:
    mail = parsed("<a@x>", to=(), envelope_to=("reply+abc@esc.us.example",))
    assert classify(mail, DIRECTORY, "mark").kind is MailKind.COMMAND


@pytest.mark.parametrize("auto", [MailKind.BOUNCE, MailKind.AUTO_REPLY, MailKind.LIST, MailKind.CALENDAR])
def test_a_robot_with_a_reply_token_stays_a_robot(auto: MailKind) -> None:
    mail = parsed("<a@x>", from_addresses=(LENA,), to=(TOKEN,), auto=auto, auto_why="it says so")
    verdict = classify(mail, DIRECTORY, "mark")
    assert verdict.kind is auto
    assert verdict.automatic


def test_our_own_mark_outranks_everything() -> None:
    mail = parsed("<a@x>", from_addresses=(LENA,), to=(TOKEN,), loop_ids=("mark",))
    assert classify(mail, DIRECTORY, "mark").kind is MailKind.OWN


@pytest.mark.parametrize(("senders", "headers"), [((LENA, INES), 1), ((LENA,), 2), ((), 0)])
def test_a_doubtful_sender_is_nobody(senders: tuple[Address, ...], headers: int) -> None:
    mail = parsed("<a@x>", from_addresses=senders, from_headers=headers)
    verdict = classify(mail, DIRECTORY, "mark")
    assert verdict.colleague is None
    assert verdict.kind is MailKind.CUSTOMER
