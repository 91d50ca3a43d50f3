"""Mails join the conversation of their ancestors, whatever order they come in, and strangers cannot glue two."""

import itertools

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ingest.merge import merge_conversations
from ingest.thread import Incoming, thread
from store import audit
from store.mail import Conversation
from store.people import Account
from store.record import Audit
from tests.builders import START, incoming


def _run(session: Session, *batches: list[Incoming]) -> dict[str, int]:
    """Thread the batches one after the other, do the merges, and tell each mail's conversation."""
    for batch in batches:
        for merge in thread(session, batch):
            merge_conversations(session, merge, START)
    rows = session.execute(select(Conversation.id, Conversation.merged_into))
    into = {key: target for key, target in rows if target}
    found = {}
    for mail in itertools.chain(*batches):
        key = mail.conversation_id
        while key in into:
            key = into[key]
        found[mail.mail.message_id] = key
    return found


def _accounts(session: Session) -> tuple[int, int]:
    rows = [Account(name=name, created_at=START) for name in ("one", "two")]
    session.add_all(rows)
    session.flush()
    return rows[0].id, rows[1].id


def test_mails_without_references_stay_apart(session: Session) -> None:
    found = _run(session, [incoming(1, "<a@x>"), incoming(2, "<b@x>")])
    assert found["<a@x>"] != found["<b@x>"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_thread_is_one_conversation_in_any_order(session: Session, order: tuple[int, ...]) -> None:
    mails = [incoming(1, "<a@x>"), incoming(2, "<b@x>", "<a@x>"), incoming(3, "<c@x>", "<a@x>", "<b@x>")]
    found = _run(session, *([mails[n]] for n in order))
    assert len(set(found.values())) == 1


def test_siblings_of_a_mail_never_seen_share_its_conversation(session: Session) -> None:
    found = _run(session, [incoming(1, "<b@x>", "<ghost@x>")], [incoming(2, "<c@x>", "<ghost@x>")])
    assert found["<b@x>"] == found["<c@x>"]


def test_a_late_mail_that_refers_to_two_conversations_joins_them_with_an_audit_row(session: Session) -> None:
    found = _run(session, [incoming(1, "<a@x>")], [incoming(2, "<b@x>")], [incoming(3, "<c@x>", "<a@x>", "<b@x>")])
    assert len(set(found.values())) == 1
    actions = session.scalars(select(Audit.action).where(Audit.stream == audit.SYSTEM))
    assert list(actions) == ["conversations merged"]


def test_two_accounts_are_never_joined_by_references(session: Session) -> None:
    one, two = _accounts(session)
    forged = incoming(3, "<c@x>", "<a@x>", "<b@x>", account=two)
    found = _run(session, [incoming(1, "<a@x>", account=one)], [incoming(2, "<b@x>", account=two)], [forged])
    assert found["<a@x>"] != found["<b@x>"]


def test_a_stranger_who_reuses_a_message_id_starts_a_conversation_of_his_own(session: Session) -> None:
    one, two = _accounts(session)
    found = _run(session, [incoming(1, "<a@x>", account=one), again := incoming(2, "<a@x>", account=two)])
    assert again.conversation_id != 0
    assert found["<a@x>"] == again.conversation_id
    assert session.scalars(select(Conversation.account_id)).all() == [one, two]


def test_references_in_a_circle_end(session: Session) -> None:
    found = _run(session, [incoming(1, "<a@x>", "<b@x>"), incoming(2, "<b@x>", "<a@x>")])
    assert found["<a@x>"] == found["<b@x>"]


def test_twenty_thousand_references_are_cut_but_the_first_and_last_count(session: Session) -> None:
    many = [f"<r{n}@x>" for n in range(20_000)]
    mail = incoming(2, "<b@x>", "<a@x>", *many)
    assert len(mail.ancestors) == 50
    found = _run(session, [incoming(1, "<a@x>")], [mail])
    assert found["<a@x>"] == found["<b@x>"]


def test_a_hint_outranks_the_headers(session: Session) -> None:
    known = _run(session, [incoming(1, "<a@x>")])["<a@x>"]
    mail = incoming(2, "<b@x>", "<other@x>")
    mail.hint = known
    assert _run(session, [mail])["<b@x>"] == known
