"""A mail in a colleague's name that our own mail server found false is filed, and is no answer or promise of ours."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from config.settings import Limits
from config.words import Direction, Doubt, MailKind
from ingest.context import IngestContext
from ingest.process import process_batch
from ingest.read import read_mail
from ingest.replies.authentication import disowned
from store.database import Store
from store.mail import Delivery, Message
from store.record import Audit
from store.risk import Promise
from tests.ingest.scene import NOW, context, keep, letter, people

FAIL = "mx.us.example; spf=none; dkim=none; dmarc=fail header.from=us.example"
PLEDGE = "We will send you the new firmware by Friday."
ASK = "Could you please tell us when the new firmware comes?"


def _answer(results: str, number: int = 2, text: str = PLEDGE, **headers: str) -> bytes:
    """Lena's answer to the customer, or what looks like it."""
    fields = {"To": "ines@norvik.example", "Cc": "help@us.example", "In-Reply-To": "<m1@norvik.example>"} | headers
    head = f"Authentication-Results: {results}\n".encode() if results else b""
    return head + letter(number, text, NOW + timedelta(minutes=number), From="Lena Vogt <lena@us.example>", **fields)


def _process(store: Store, *raws: bytes, ctx: IngestContext | None = None, fetched: bool = True) -> list[Message]:
    with store.transaction() as session:
        people(session)
        ids = keep(session, raws)
        if not fetched:
            session.query(Delivery).delete()
    process_batch(store, ids, ctx or context(), NOW + timedelta(hours=1))
    with store.transaction() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def _promises(store: Store) -> int:
    with store.transaction() as session:
        return session.scalar(select(func.count(Promise.id))) or 0


@pytest.mark.parametrize(
    "results",
    [
        FAIL,
        "mx.us.example; dkim=fail header.d=us.example; dmarc=none",
        "mx.us.example; spf=fail smtp.mailfrom=lena@us.example; dkim=none; dmarc=none",
    ],
)
def test_a_false_colleague_is_filed_and_promises_nothing(store: Store, results: str) -> None:
    customer, false = _process(store, letter(1, ASK), _answer(results))
    assert (false.kind, false.direction, false.person_id) == (MailKind.UNVERIFIED, Direction.IN, None)
    assert false.conversation_id == customer.conversation_id
    assert "our own mail server found that false" in false.details["why"]
    assert "mailing list" in false.details["why"]
    assert _promises(store) == 0


def test_the_same_mail_is_heard_where_it_passed(store: Store) -> None:
    assert _process(store, letter(1, ASK), _answer(FAIL.replace("fail", "pass")))[1].kind == MailKind.COLLEAGUE
    assert _promises(store) == 1


@pytest.mark.parametrize(
    "results",
    [
        "",
        "mx.other.example; dmarc=fail header.from=us.example",
        "mx.us.example; spf=softfail smtp.mailfrom=lena@us.example; dkim=none; dmarc=none",
        "mx.us.example; spf=fail smtp.mailfrom=bounce@shop.example; dkim=none",
        "mx.us.example; spf=fail smtp.mailfrom=lena@us.example; dkim=pass header.d=us.example",
        "mx.us.example; dkim=fail header.d=list.example; dmarc=none",
    ],
)
def test_only_the_own_servers_plain_no_counts(store: Store, results: str) -> None:
    assert _process(store, letter(1, ASK), _answer(results))[1].kind == MailKind.COLLEAGUE


def test_without_a_named_server_everything_is_as_it_was(store: Store) -> None:
    ctx = context()
    box = ctx.settings.mailboxes[0].model_copy(update={"authserv_id": ""})
    settings = ctx.settings.model_copy(update={"mailboxes": (box,)})
    assert _process(store, _answer(FAIL), ctx=replace(ctx, settings=settings))[0].kind == MailKind.COLLEAGUE


def test_mail_from_files_passed_no_server_of_ours(store: Store) -> None:
    assert _process(store, _answer(FAIL), fetched=False)[0].kind == MailKind.COLLEAGUE


def test_a_false_copy_does_not_displace_the_true_answer(store: Store) -> None:
    mails = _process(store, letter(1, ASK), _answer(FAIL), _answer("mx.us.example; dmarc=pass header.from=us.example"))
    assert [m.kind for m in mails] == [MailKind.CUSTOMER, MailKind.UNVERIFIED, MailKind.COLLEAGUE]
    assert _promises(store) == 1


def test_commands_in_a_false_mail_are_written_down_and_not_run(store: Store) -> None:
    _process(store, _answer(FAIL, text="ack"), _answer(FAIL, 3, To="escalate@esc.us.example", Cc=""))
    with store.transaction() as session:
        rows = session.scalars(select(Audit.reason).where(Audit.action == "command rejected").order_by(Audit.seq))
        assert list(rows) == ["no-token", "forward-not-authenticated"]


def test_a_customer_who_failed_is_heard_and_marked(store: Store) -> None:
    raw = b"Authentication-Results: mx.us.example; dmarc=fail header.from=norvik.example\n" + letter(1, ASK)
    (mail,) = _process(store, raw)
    assert (mail.kind, mail.details["doubt"]) == (MailKind.CUSTOMER, Doubt.SENDER)
    assert mail.reading


def test_a_fail_behind_what_is_kept_of_the_results_is_still_seen(store: Store) -> None:
    many = " ".join(f"dkim=neutral header.d=d{n}.example;" for n in range(150))
    assert len(read_mail(_answer(f"mx.us.example; {many} dmarc=none"), Limits()).authentication_results[0]) == 4_000
    results = f"mx.us.example; {many} dmarc=fail header.from=us.example"
    assert disowned(_answer(results), "mx.us.example", "us.example")
    assert _process(store, _answer(results))[0].kind == MailKind.UNVERIFIED
