"""Mails go in, escalations and notices come out: exactly one for a change of risk, none without (laws 2, 3 and 6)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from config.words import Channel, State
from ingest.process import process_batch
from store.database import Store
from store.mail import Conversation, Message, RawMail
from store.outbox import Notice
from store.record import Audit, Escalation
from store.risk import FindingRow, Promise
from tests.ingest.scene import NOW, context, keep, letter, people
from workflow import record
from workflow.assess import assess
from workflow.record import By
from workflow.sweep import sweep_once

ASK = "Hello,\n\nthe controller drops out every night at two. What should we do?\n\nInes"
PROMISE = "Hello Ines,\n\nI will send you the new firmware by tomorrow 12:00.\n\nLena"
OURS = {"From": "Lena Vogt <lena@us.example>", "To": "ines@norvik.example", "Cc": "help@us.example"}
DUE = datetime(2026, 5, 7, 10, 0, tzinfo=NOW.tzinfo)
AUTHENTIC = "mx.us.example; dmarc=pass header.from=us.example"


@pytest.fixture
def company(store: Store) -> Store:
    with store.transaction() as session:
        people(session)
    return store


def _hour(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def _arrive(store: Store, raw: bytes, at: datetime) -> None:
    with store.transaction() as session:
        ids = keep(session, [raw], at)
    process_batch(store, ids, context(), at)


def _follow(number: int, text: str, at: datetime, **headers: str) -> bytes:
    return letter(
        number, text, at, **{"Subject": "Re: Controller drops out", "References": "<m1@norvik.example>"} | headers
    )


def _notices(store: Store) -> list[tuple[str, int]]:
    with store.transaction() as session:
        rows = session.execute(select(Notice.kind, Notice.person_id).order_by(Notice.id))
        return [(kind, person) for kind, person in rows]


def _promised(store: Store) -> None:
    _arrive(store, letter(1, ASK), NOW)
    _arrive(store, _follow(2, PROMISE, _hour(1), **OURS), _hour(1))


def _missed(store: Store) -> None:
    _promised(store)
    sweep_once(store, context().workflow, DUE + timedelta(minutes=16))


def test_a_promise_is_found_with_its_due_time(company: Store) -> None:
    _promised(company)
    with company.transaction() as session:
        promise = session.scalars(select(Promise)).one()
    assert (promise.due_at, promise.state) == (DUE, "pending")


def test_a_calm_thread_opens_nothing_and_mails_nobody(company: Store) -> None:
    _promised(company)
    _arrive(
        company,
        _follow(3, "Here is the firmware: version 2.4, attached. It solves the drop-outs.", _hour(2), **OURS),
        _hour(2),
    )
    sweep_once(company, context().workflow, DUE + timedelta(days=1))
    assert _notices(company) == []


def test_a_promise_that_passes_opens_an_escalation_by_time_alone(company: Store) -> None:
    _missed(company)
    with company.transaction() as session:
        escalation = session.scalars(select(Escalation)).one()
        finding = session.scalars(select(FindingRow).where(FindingRow.level >= 2)).one()
        message = session.get_one(Message, finding.message_id)
    assert (escalation.state, escalation.title) == ("open", "Controller drops out")
    assert message.new_text[finding.start : finding.end] == finding.quote


def test_owner_and_manager_each_hear_of_it_once(company: Store) -> None:
    _missed(company)
    assert sorted(_notices(company)) == [("new_escalation", 1), ("new_escalation", 2)]


def test_looking_again_without_a_change_tells_nobody(company: Store) -> None:
    _missed(company)
    before = _notices(company)
    for minutes in (20, 60, 240):
        with company.transaction() as session:
            ids = list(session.scalars(select(Conversation.id)))
            assess(session, ids, context().workflow, DUE + timedelta(minutes=minutes))
    assert _notices(company) == before


def test_a_higher_risk_is_told_once_to_each(company: Store) -> None:
    _missed(company)
    at = DUE + timedelta(hours=3)
    _arrive(company, _follow(4, "We will have to cancel our contract with you.", at), at)
    assert [kind for kind, _ in _notices(company)[2:]] == ["risk_up", "risk_up"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X-Loop": "test-instance"},
        {"From": "mailer-daemon@norvik.example"},
    ],
)
def test_automatic_mail_never_opens_or_alerts(company: Store, headers: dict[str, str]) -> None:
    text = "This is the third time I ask and nobody replies. We will cancel the contract."
    _arrive(company, letter(1, text, NOW, **headers), NOW)
    assert _notices(company) == []


def _resolve(store: Store, at: datetime) -> None:
    by = By(None, "omar@us.example", Channel.CLI, at, "done", "esc.us.example")
    with store.transaction() as session:
        escalation = record.lock(session, session.scalars(select(Escalation.id)).one())
        record.move_state(session, by, escalation, State.RESOLVED)


@pytest.mark.parametrize(
    ("text", "state"),
    [("Thank you, that solved it.", "resolved"), ("It stops again. We will cancel our contract with you.", "open")],
)
def test_thanks_do_not_reopen_but_a_new_threat_does(company: Store, text: str, state: str) -> None:
    _missed(company)
    _resolve(company, DUE + timedelta(hours=1))
    _arrive(company, _follow(5, text, DUE + timedelta(hours=2)), DUE + timedelta(hours=2))
    with company.transaction() as session:
        assert session.scalars(select(Escalation.state)).one() == state


def test_an_unanswered_customer_is_told_once(company: Store) -> None:
    _missed(company)
    at = DUE + timedelta(hours=1)
    _arrive(company, _follow(6, "Where is the firmware? Can you call me?", at), at)
    before = len(_notices(company))
    for hours in (20, 21, 26, 50):
        sweep_once(company, context().workflow, at + timedelta(hours=hours))
    kinds = [kind for kind, _ in _notices(company)[before:] if kind == "no_answer"]
    assert kinds == ["no_answer", "no_answer"]


def _forward(results: str) -> bytes:
    headers = OURS | {"To": "escalate@esc.us.example", "Cc": "", "Authentication-Results": results}
    quoted = "---------- Forwarded message ---------\nFrom: Ines Dahl <ines@norvik.example>\n\nIt stops."
    return letter(7, "Please watch this.\n\n" + quoted, NOW, Subject="Fwd: Line 2", **headers)


def test_forwarding_to_the_escalation_address_opens_one_and_tells_owner_and_manager(company: Store) -> None:
    _arrive(company, _forward(AUTHENTIC), NOW)
    with company.transaction() as session:
        opened = session.scalars(select(Escalation)).one()
    assert (opened.title, opened.account_id is not None) == ("Line 2", True)
    assert sorted(_notices(company)) == [("new_escalation", 1), ("new_escalation", 2)]


def test_a_forged_forward_opens_nothing_and_is_written_down(company: Store) -> None:
    _arrive(company, _forward("mx.us.example; dmarc=fail header.from=us.example"), NOW)
    with company.transaction() as session:
        assert session.scalars(select(Escalation)).all() == []
        assert session.scalars(select(Audit.action)).all() == ["command rejected"]


@pytest.mark.parametrize(("sender", "joins"), [("ines@norvik.example", True), ("eve@stranger.example", False)])
def test_a_number_in_the_subject_joins_only_who_is_on_it(company: Store, sender: str, joins: bool) -> None:
    _missed(company)
    at = DUE + timedelta(hours=1)
    _arrive(company, letter(8, "One more thing.", at, From=sender, Subject="Question [ESC-1]"), at)
    with company.transaction() as session:
        known = session.scalars(select(Conversation.id).where(Conversation.escalation_id.is_not(None))).one()
        message = session.scalars(select(Message).where(Message.message_id == "<m8@norvik.example>")).one()
    assert (message.conversation_id == known) is joins


def test_a_backlog_is_read_whole_before_anything_is_judged(company: Store) -> None:
    chases = [_follow(n, "Is there any news? We still wait for your answer.", _hour(n)) for n in (2, 12, 22)]
    answer = _follow(9, "The cause is the cable on port 3; here is how to swap it: link.", _hour(1), **OURS)
    with company.transaction() as session:
        late = keep(session, [letter(1, ASK), *chases], NOW)
        answered = keep(session, [answer], NOW)
    later = _hour(30)
    with company.transaction() as session:
        session.execute(update(RawMail).values(kept_at=later))
    process_batch(company, late, context(), later)
    assert sweep_once(company, context().workflow, later) == 0
    assert _notices(company) == []
    process_batch(company, answered, context(), later)
    with company.transaction() as session:
        assert session.scalars(select(Conversation.next_review_at)).one() != later
