"""A mail reaches a customer only when somebody approved it: once, threaded, and as mail of ours."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from alerts.context import AlertContext
from alerts.customer import MOST_PER_HOUR, deliver_customer_one
from config.policy import load_policy
from config.recordwords import CustomerMailState
from config.words import NoticeKind, NoticeState
from store.customer import CustomerMail
from store.mail import RawMail
from store.people import Account, AccountDomain, Person
from store.record import Audit
from tests.alerts.scene import ALLOWED, CONTEXT, Scene, sender_for
from tests.alerts.sink import Sink

INES = "ines@norvik.example"
ROOT = Path(__file__).parents[2]


def add(scene: Scene, n: int = 1, **values: object) -> int:
    """An approved mail, by default of Lena."""
    given = {
        "escalation_id": scene.esc, "n": n, "kind": "update", "to_addresses": [INES], "subject": "Re: Controller",
        "from_address": "help@us.example", "text": "Hello Ines,\n\nwe swap it <today>.", "made_at": scene.now,
        "in_reply_to": "<2@norvik.example>", "references": ["<1@norvik.example>", "<2@norvik.example>"],
        "state": "waiting", "approved_by": scene.lena, "approved_at": scene.now, "attempts": 0,
        "message_id": f"<{n}@us.example>", "not_before": scene.now,
    } | values  # fmt: skip
    row = CustomerMail(**given)
    scene.change(lambda session: session.add(row))
    return row.id


def drain(scene: Scene, sink: Sink, ctx: AlertContext = ALLOWED, later: timedelta = timedelta()) -> None:
    sender = sender_for(sink)
    for _ in range(50):
        if not deliver_customer_one(scene.store, sender, ctx, scene.now + later):
            break
    sender.close()


def row(scene: Scene, key: int) -> CustomerMail:
    with scene.store.transaction() as session:
        return session.get_one(CustomerMail, key)


def test_an_approved_mail_goes_out_once_from_the_mailbox_the_customer_knows(scene: Scene, sink: Sink) -> None:
    key = add(scene)
    drain(scene, sink)
    drain(scene, sink)
    assert sink.recipients == [INES]
    sent = sink.taken[0].message
    assert (sent["From"].addresses[0].addr_spec, sent["Reply-To"].addresses[0].addr_spec) == ("help@us.example",) * 2
    assert (sent["In-Reply-To"], sent["References"]) == ("<2@norvik.example>", "<1@norvik.example> <2@norvik.example>")
    assert row(scene, key).state == CustomerMailState.SENT


def test_it_bears_no_mark_of_a_robot(scene: Scene, sink: Sink) -> None:
    add(scene)
    drain(scene, sink)
    assert not {"Auto-Submitted", "X-Loop", "List-Id", "Precedence"} & set(sink.taken[0].message.keys())


def test_its_text_is_text_in_both_parts(scene: Scene, sink: Sink) -> None:
    add(scene)
    drain(scene, sink)
    assert ("we swap it <today>." in sink.taken[0].text, "&lt;today&gt;" in sink.taken[0].html) == (True, True)


def test_its_bytes_are_kept_as_mail_of_ours(scene: Scene, sink: Sink) -> None:
    add(scene)
    drain(scene, sink)
    with scene.store.transaction() as session:
        kept = session.scalars(select(RawMail)).one()
        assert (kept.state, b"Message-ID: <1@us.example>" in kept.body) == ("kept", True)


def test_it_is_written_down(scene: Scene, sink: Sink) -> None:
    add(scene)
    drain(scene, sink)
    with scene.store.transaction() as session:
        rows = session.execute(select(Audit.from_value, Audit.to_value).where(Audit.action == "customer mail"))
        assert [tuple(each) for each in rows] == [("draft 1", "sent")]


def test_a_draft_is_never_sent(scene: Scene, sink: Sink) -> None:
    add(scene, state="draft", approved_by=None, approved_at=None, message_id=None, not_before=None)
    drain(scene, sink, later=timedelta(days=400))
    assert sink.taken == []


@pytest.mark.parametrize("ctx", [CONTEXT, replace(CONTEXT, customer=load_policy().customer)])
def test_nothing_goes_out_where_it_is_switched_off(scene: Scene, sink: Sink, ctx: AlertContext) -> None:
    key = add(scene)
    drain(scene, sink, ctx)
    assert (sink.taken, row(scene, key).state) == ([], CustomerMailState.FAILED)


def test_who_may_no_longer_see_it_no_longer_sends_it(scene: Scene, sink: Sink) -> None:
    key = add(scene)
    scene.update(Person, scene.lena, active=False)
    drain(scene, sink)
    assert (sink.taken, row(scene, key).state) == ([], CustomerMailState.FAILED)


def test_a_refusal_is_told_to_who_sent_it(scene: Scene, sink: Sink) -> None:
    sink.refuse.add(INES)
    key = add(scene)
    drain(scene, sink)
    assert row(scene, key).state == CustomerMailState.FAILED
    told = scene.notices(NoticeKind.ADMIN)
    assert [each.person_id for each in told] == [scene.lena]
    scene.drain(sink)
    assert "did not go out" in sink.to("lena@us.example")[0].text


def test_a_lost_answer_is_asked_again_with_the_same_message_id_and_bytes(scene: Scene, sink: Sink) -> None:
    sink.faults.append(("dot", "take and close"))
    key = add(scene)
    drain(scene, sink)
    assert row(scene, key).state == CustomerMailState.WAITING
    drain(scene, sink, later=timedelta(hours=1))
    assert sink.ids == {"<1@us.example>": 2}
    assert sink.taken[0].raw == sink.taken[1].raw
    assert (row(scene, key).state, row(scene, key).repeats) == (CustomerMailState.SENT, 1)


def test_a_server_that_is_busy_is_asked_later(scene: Scene, sink: Sink) -> None:
    sink.faults.append(("rcpt", "451 4.7.1 later"))
    key = add(scene)
    drain(scene, sink)
    assert (row(scene, key).state, row(scene, key).phase) == (CustomerMailState.WAITING, None)


def test_nobody_is_flooded(scene: Scene, sink: Sink) -> None:
    for n in range(1, MOST_PER_HOUR + 3):
        add(scene, n)
    drain(scene, sink)
    assert len(sink.taken) == MOST_PER_HOUR
    drain(scene, sink, later=timedelta(minutes=61))
    assert len(sink.taken) == MOST_PER_HOUR + 2


def test_a_notice_never_goes_into_the_domain_of_a_customer(scene: Scene, sink: Sink) -> None:
    scene.change(lambda session: session.add(AccountDomain(domain="norvik.example", account_id=scene.account)))
    scene.update(Person, scene.omar, email="omar@norvik.example")
    notice = scene.post()
    scene.drain(sink)
    assert (sink.to("omar@norvik.example"), scene.notice(notice).state) == ([], NoticeState.FAILED)


def test_a_guessed_customer_of_our_own_domain_stops_nothing(scene: Scene, sink: Sink) -> None:
    scene.change(lambda session: session.add(AccountDomain(domain="us.example", account_id=scene.account)))
    scene.update(Account, scene.account, provisional=True)
    scene.post()
    scene.drain(sink)
    assert len(sink.to("omar@us.example")) == 1


def _calls(name: str) -> Iterator[str]:
    """The files of the product that call something of this name."""
    for folder in ("alerts", "config", "ingest", "signals", "smokewatch", "store", "workflow"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                called = node.func if isinstance(node, ast.Call) else None
                if getattr(called, "attr", getattr(called, "id", "")) == name:
                    yield path.relative_to(ROOT).as_posix()
                    break


def test_no_other_code_can_mail_a_customer() -> None:
    assert set(_calls("SmtpSender")) == {"smokewatch/bootstrap.py"}
    assert set(_calls("make_sender")) == {"smokewatch/checks.py", "smokewatch/service.py"}
    senders = {path for path in _calls("send") if path.startswith(("alerts/", "workflow/", "ingest/", "store/"))}
    assert senders == {"alerts/customer.py", "alerts/deliver.py", "alerts/sender.py"}
    assert set(_calls("CustomerMail")) == {"workflow/customer.py"}
    assert set(_calls("approve")) == {"workflow/asking.py", "workflow/verbs/send.py"}
