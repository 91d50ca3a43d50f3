"""Signs the private addresses that answers and bounces come back to, and checks them."""

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import keys, packing
from store.outbox import InstanceKey
from store.people import Person
from store.record import AuditHead, PendingCommand

Purpose = Literal["reply", "confirm", "bounce"]

KEY_PURPOSE = "reply"

LOCAL_PART_MOST = 64
"""Octets of a local part (RFC 5321, section 4.5.3.1.1)."""

MAC_BYTES = 13
"""104 bits of HMAC-SHA256; RFC 2104, section 5, asks for at least half the hash or 80 bits."""

BOUNCE_DAYS = 30
"""Servers give up after 5 days (RFC 5321, section 4.5.4.1); a late report may still come back through a relay."""

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_CODES: dict[Purpose, int] = {"reply": 1, "confirm": 2, "bounce": 3}
_PURPOSES = {code: purpose for purpose, code in _CODES.items()}
_FIELDS = 7
_NOBODY = b"\0" * keys.KEY_BYTES


@dataclass(frozen=True)
class Claim:
    """What a token stands for.

    `expires_at` is rounded up to the full hour. `nonce` is the notice, or for `confirm` the pending command.
    `seen` is how many audit rows the escalation had when the token was issued: what came later, its holder
    has not been shown. It is filled in by `issue`.
    """

    person_id: int
    escalation_id: int
    purpose: Purpose
    expires_at: datetime
    nonce: int = 0
    seen: int = 0


@dataclass(frozen=True)
class BadToken:
    """Why a token is not accepted; `claim` is given when it was genuine once.

    Reasons: `malformed`, `forged` (also: revoked, or its key retired), `expired`, `used`.
    """

    reason: str
    claim: Claim | None = None


def issue(session: Session, claim: Claim) -> str:
    """A token for this claim, safe in a local part: lower-case letters and digits only.

    Raises:
        LookupError: there is no such person.
    """
    seen = session.scalar(select(AuditHead.seq).where(AuditHead.stream == f"ESC-{claim.escalation_id}")) or 0
    serial = session.scalar(select(Person.token_serial).where(Person.id == claim.person_id))
    if serial is None and claim.purpose != "bounce":
        raise LookupError(f"no reply address can be made for person {claim.person_id}: there is no such person")
    key = keys.signing_key(session, KEY_PURPOSE)
    payload = _pack(key.id, replace(claim, seen=seen))
    return packing.letters(payload + _mac(key.secret, payload, serial or 0))


def check(session: Session, token: str, now: datetime) -> Claim | BadToken:
    """What the token stands for, or why it is not accepted. Letters may have changed case on the way."""
    unpacked = _unpack(token)
    if unpacked is None:
        return BadToken("malformed")
    key_id, claim, payload, mac = unpacked
    key = _live_key(session, key_id)
    serial = session.scalar(select(Person.token_serial).where(Person.id == claim.person_id))
    # An unknown key or person costs the same work and gives the same answer as a wrong MAC.
    good = hmac.compare_digest(mac, _mac(key.secret if key else _NOBODY, payload, serial or 0))
    if not good or key is None or (serial is None and claim.purpose != "bounce"):
        return BadToken("forged")
    if claim.expires_at <= now:
        return BadToken("expired", claim)
    if claim.purpose == "confirm" and not _waiting(session, claim):
        return BadToken("used", claim)
    return claim


def rotate(session: Session, now: datetime) -> None:
    """Sign with a new key from now on; addresses signed with the last one stay good until the next rotation."""
    keys.rotate(session, KEY_PURPOSE, now)


def revoke(session: Session, person_id: int) -> None:
    """Make every address issued to this person worthless.

    Raises:
        LookupError: there is no such person.
    """
    person = session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise LookupError(f"there is no person {person_id}")
    person.token_serial += 1
    session.flush()


def issue_bounce(session: Session, notice_id: int, now: datetime) -> str:
    """A token for the return path (VERP) of one notice."""
    return issue(session, Claim(0, 0, "bounce", now + timedelta(days=BOUNCE_DAYS), notice_id))


def check_bounce(session: Session, token: str, now: datetime) -> int | None:
    """The notice that a report sent to this return path is about; None when the token is not good."""
    claim = check(session, token, now)
    return claim.nonce if isinstance(claim, Claim) and claim.purpose == "bounce" else None


def tagged_address(base: str, token: str) -> str:
    """`reply@example.com` with the token behind a plus sign.

    Raises:
        ValueError: the local part would pass 64 octets; a shorter `reply_address` helps.
    """
    local, _, domain = base.rpartition("@")
    tagged = f"{local}+{token}"
    if len(tagged) > LOCAL_PART_MOST:
        raise ValueError(
            f"{base} leaves no room for a token of {len(token)} characters: use a shorter name before the @"
        )
    return f"{tagged}@{domain}"


def _live_key(session: Session, key_id: int) -> InstanceKey | None:
    return next((key for key in keys.live_keys(session, KEY_PURPOSE) if key.id == key_id), None)


def _waiting(session: Session, claim: Claim) -> bool:
    found = select(PendingCommand.used_at).where(
        PendingCommand.id == claim.nonce,
        PendingCommand.person_id == claim.person_id,
        PendingCommand.escalation_id == claim.escalation_id,
        PendingCommand.used_at.is_(None),
    )
    return session.execute(found).first() is not None


def _mac(secret: bytes, payload: bytes, serial: int) -> bytes:
    """Over every field of the claim, which `payload` holds, and the person's serial, which it does not."""
    return hmac.digest(secret, payload + packing.numbers((serial,)), hashlib.sha256)[:MAC_BYTES]


def _pack(key_id: int, claim: Claim) -> bytes:
    hours = -((_EPOCH - claim.expires_at) // _HOUR)
    fields = (key_id, _CODES[claim.purpose], claim.person_id, claim.escalation_id, hours, claim.nonce, claim.seen)
    return packing.numbers(fields)


def _unpack(token: str) -> tuple[int, Claim, bytes, bytes] | None:
    """Key id, claim, signed bytes and MAC; None for anything `issue` would not have written."""
    raw = packing.from_letters(token) if len(token) <= LOCAL_PART_MOST else None
    if raw is None:
        return None
    payload, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    fields = packing.from_numbers(payload)
    if len(mac) != MAC_BYTES or fields is None or len(fields) != _FIELDS or fields[1] not in _PURPOSES:
        return None
    key_id, code, person_id, escalation_id, hours, nonce, seen = fields
    try:
        expires_at = _EPOCH + hours * _HOUR
    except OverflowError:
        return None
    return key_id, Claim(person_id, escalation_id, _PURPOSES[code], expires_at, nonce, seen), payload, mac
