"""Signed addresses: what they bind, how they fit a local part, and what makes them worthless."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.words import Channel
from store import tokens
from store.audit import Change, record
from store.database import Store
from store.outbox import InstanceKey
from store.people import Person
from store.record import Escalation, PendingCommand
from store.tokens import BadToken, Claim


@pytest.fixture
def claim(session: Session, now: datetime) -> Claim:
    person = Person(email="dana.lee@acme.example", name="Dana Lee", handle="dana", role="manager")
    escalation = Escalation(title="Outage", opened_at=now, opened_why="test", changed_at=now)
    session.add_all([person, escalation])
    session.flush()
    return Claim(person.id, escalation.id, "reply", now + timedelta(days=14), nonce=7)


def reason(found: Claim | BadToken) -> str:
    return found.reason if isinstance(found, BadToken) else "accepted"


def test_what_was_issued_comes_back(session: Session, claim: Claim, now: datetime) -> None:
    found = tokens.check(session, tokens.issue(session, claim), now)

    assert isinstance(found, Claim)
    assert (found.person_id, found.escalation_id, found.purpose, found.nonce) == (
        claim.person_id,
        claim.escalation_id,
        "reply",
        7,
    )
    assert timedelta(0) <= found.expires_at - claim.expires_at < timedelta(hours=1)


def test_the_largest_realistic_token_fits_a_local_part(session: Session, claim: Claim) -> None:
    session.add(InstanceKey(id=16_000, purpose="reply", secret=b"k" * 32, made_at=claim.expires_at))
    session.add(Person(id=2_000_000, email="far@acme.example", name="Far", handle="far", role="agent"))
    session.flush()
    token = tokens.issue(session, replace(claim, person_id=2_000_000, escalation_id=200_000_000, nonce=2_000_000_000))

    address = tokens.tagged_address("reply@reply.acme.example", token)

    assert len(address.partition("@")[0]) <= 64
    assert token == token.lower()
    assert token.isalnum()


def test_a_base_address_without_room_is_refused_with_what_to_do(session: Session, claim: Claim) -> None:
    with pytest.raises(ValueError, match="use a shorter name before the @"):
        tokens.tagged_address("a-very-long-name-for-a-reply-address@acme.example", tokens.issue(session, claim))


def test_a_server_may_change_the_case(session: Session, claim: Claim, now: datetime) -> None:
    assert isinstance(tokens.check(session, tokens.issue(session, claim).upper(), now), Claim)


def test_every_single_changed_letter_is_refused(session: Session, claim: Claim, now: datetime) -> None:
    token = tokens.issue(session, claim)
    changed = [token[:i] + c + token[i + 1 :] for i in range(len(token)) for c in "a7q" if c != token[i]]

    assert {reason(tokens.check(session, t, now)) for t in changed} <= {"malformed", "forged"}


def test_every_cut_is_refused(session: Session, claim: Claim, now: datetime) -> None:
    token = tokens.issue(session, claim)

    assert {reason(tokens.check(session, token[:n], now)) for n in range(len(token))} <= {"malformed", "forged"}


def test_it_expires(session: Session, claim: Claim, now: datetime) -> None:
    token = tokens.issue(session, claim)

    assert reason(tokens.check(session, token, now + timedelta(days=13))) == "accepted"
    assert reason(tokens.check(session, token, now + timedelta(days=14, hours=1))) == "expired"


def test_revoking_a_person_kills_all_her_tokens(session: Session, claim: Claim, now: datetime) -> None:
    token = tokens.issue(session, claim)
    tokens.revoke(session, claim.person_id)

    assert reason(tokens.check(session, token, now)) == "forged"
    assert isinstance(tokens.check(session, tokens.issue(session, claim), now), Claim)


def test_a_rotation_keeps_the_last_key_and_retires_the_one_before(
    session: Session, claim: Claim, now: datetime
) -> None:
    token = tokens.issue(session, claim)
    tokens.rotate(session, now)
    after_one = reason(tokens.check(session, token, now))
    tokens.rotate(session, now)

    assert (after_one, reason(tokens.check(session, token, now))) == ("accepted", "forged")
    assert session.scalar(select(func.count(InstanceKey.id)).where(InstanceKey.retired_at.is_(None))) == 2


def test_two_processes_that_start_at_once_make_one_key(store: Store) -> None:
    gate = threading.Barrier(2)

    def start() -> None:
        with store.transaction() as session:
            gate.wait()
            tokens.issue(session, Claim(0, 0, "bounce", datetime.fromisoformat("2026-06-01T00:00:00+00:00")))

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.transaction() as session:
        assert session.scalar(select(func.count(InstanceKey.id))) == 1


def test_it_remembers_what_its_holder_had_been_shown(session: Session, claim: Claim, now: datetime) -> None:
    for _ in range(3):
        record(session, Change(f"ESC-{claim.escalation_id}", now, "x", Channel.CLI, "owner"))
    found = tokens.check(session, tokens.issue(session, claim), now)

    assert isinstance(found, Claim)
    assert found.seen == 3


def test_a_confirming_token_is_good_until_its_command_was_used(session: Session, claim: Claim, now: datetime) -> None:
    pending = PendingCommand(
        escalation_id=claim.escalation_id, person_id=claim.person_id, commands={}, made_at=now, expires_at=now
    )
    session.add(pending)
    session.flush()
    token = tokens.issue(session, replace(claim, purpose="confirm", nonce=pending.id))
    before = reason(tokens.check(session, token, now))
    pending.used_at = now
    session.flush()

    assert (before, reason(tokens.check(session, token, now))) == ("accepted", "used")


def test_a_bounce_token_names_its_notice_and_is_no_reply_token(session: Session, claim: Claim, now: datetime) -> None:
    assert tokens.check_bounce(session, tokens.issue_bounce(session, 99, now), now) == 99
    assert tokens.check_bounce(session, tokens.issue(session, claim), now) is None


def test_no_token_is_made_for_nobody(session: Session, claim: Claim) -> None:
    with pytest.raises(LookupError, match="no such person"):
        tokens.issue(session, replace(claim, person_id=claim.person_id + 1))


@pytest.mark.parametrize("text", ["", "a", "é" * 20, "a" * 65, "aaaaaaaa1", "0189" * 8, "\x00" * 40, "a b", "=" * 40])
def test_nonsense_is_malformed(session: Session, now: datetime, text: str) -> None:
    assert reason(tokens.check(session, text, now)) == "malformed"
