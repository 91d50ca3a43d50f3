"""Nobody outside can make a customer's mail count as a copy, a command or a bounce, and so have it thrown away."""

import pytest
from sqlalchemy import func, select

from config.words import MailKind
from ingest.process import process_batch
from store.database import Store
from store.mail import Message
from tests.ingest.scene import LOOP_ID, NOW, context, keep, letter, people

COMPLAINT = "The line has been down since Monday. If this is not solved by Friday we will cancel the contract."


def _kinds(store: Store, *raws: bytes) -> list[str]:
    """The kinds of the messages that these mails, coming one after the other, end as."""
    with store.transaction() as session:
        if not session.scalar(select(func.count(Message.id))):
            people(session)
    for raw in raws:
        with store.transaction() as session:
            ids = keep(session, [raw])
        process_batch(store, ids, context(), NOW)
    with store.transaction() as session:
        return list(session.scalars(select(Message.kind).order_by(Message.id)))


@pytest.mark.parametrize(
    "special", ["reply@esc.us.example", "reply+abc@esc.us.example", "bounce@esc.us.example", "bounce+1@esc.us.example"]
)
def test_a_special_address_of_ours_in_cc_hides_no_customers_mail(store: Store, special: str) -> None:
    assert _kinds(store, letter(1, COMPLAINT, Cc=special)) == [MailKind.CUSTOMER]


def test_an_envelope_address_of_the_senders_making_hides_no_mail(store: Store) -> None:
    assert _kinds(store, letter(1, COMPLAINT, Delivered_To="reply+abc@esc.us.example")) == [MailKind.CUSTOMER]


@pytest.mark.parametrize(
    "mark",
    [
        {"List-Id": "<everybody.norvik.example>"},
        {"X-Loop": LOOP_ID},
        {"Auto-Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"Return-Path": "<>"},
        {"Delivered-To": "bounce@esc.us.example", "Auto-Submitted": "auto-replied"},
        {"Content-Type": "image/png"},
        {"Content-Transfer-Encoding": "base64"},
        {"Content-Disposition": "attachment"},
    ],
)
def test_a_marked_copy_that_comes_first_makes_no_copy_of_the_true_mail(store: Store, mark: dict[str, str]) -> None:
    true = letter(1, COMPLAINT)
    head, _, body = true.partition(b"\n\n")
    lines = [line for line in head.decode().split("\n") if line.partition(":")[0].lower() not in map(str.lower, mark)]
    copy = "\n".join([*lines, *(f"{name}: {value}" for name, value in mark.items())]).encode() + b"\n\n" + body
    kinds = _kinds(store, copy, true)
    assert len(kinds) == 2
    assert kinds[1] == MailKind.CUSTOMER


def test_our_answer_to_the_true_mail_joins_it_though_a_list_copy_came_first(store: Store) -> None:
    answer = letter(
        2, "We are on it.", From="lena@us.example", To="ines@norvik.example", In_Reply_To="<m1@norvik.example>"
    )
    kinds = _kinds(store, letter(1, COMPLAINT, List_Id="<all.norvik.example>"), letter(1, COMPLAINT), answer)
    assert kinds == [MailKind.LIST, MailKind.CUSTOMER, MailKind.COLLEAGUE]
    with store.transaction() as session:
        rows = session.execute(select(Message.kind, Message.conversation_id)).all()
    conversation = {kind: key for kind, key in rows}  # noqa: C416 - rows are no tuples to the type checker
    assert conversation[MailKind.CUSTOMER] == conversation[MailKind.COLLEAGUE]


def test_the_same_customers_mail_in_two_mailboxes_stays_one(store: Store) -> None:
    again = b"Received: from a by b\n" + letter(1, COMPLAINT)
    assert _kinds(store, letter(1, COMPLAINT), again) == [MailKind.CUSTOMER]
