"""A10: DMARC that failed, and DKIM that proves nothing: another domain's, cut short, From unsigned, two hundred."""

import base64
from dataclasses import replace

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from config.words import NoticeKind
from ingest.replies.reply import Done
from tests.security.scene import AUTHSERV, Scene, assert_refused

SIGNED = [b"from", b"to", b"subject", b"date", b"message-id"]


class Signer:
    """A domain that signs, and the DNS that has its key."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
        form = serialization.PrivateFormat.TraditionalOpenSSL
        self.private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        public = serialization.PublicFormat.SubjectPublicKeyInfo
        der = key.public_key().public_bytes(serialization.Encoding.DER, public)
        self.record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)
        self.asked: list[bytes] = []

    def lookup(self, name: bytes, timeout: float = 5) -> bytes | None:
        """Give every domain the same key, the attacker's too."""
        assert timeout <= 2
        self.asked.append(name)
        return self.record

    def sign(self, raw: bytes, domain: bytes = b"acme.example", **how: object) -> bytes:
        """Put a genuine signature on top."""
        how.setdefault("include_headers", SIGNED)
        return bytes(dkim.sign(raw, b"s", domain, self.private, **how)) + raw


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer()


@pytest.fixture
def stage(scene: Scene, signer: Signer) -> Scene:
    signer.asked.clear()
    return replace(scene, lookup=signer.lookup)


def test_the_from_domains_own_signature_is_obeyed(stage: Scene, signer: Signer) -> None:
    assert stage.take(signer.sign(stage.mail("ack", head=""))).done is Done.ANSWERED


def test_not_when_the_admin_forbade_it(stage: Scene, signer: Signer) -> None:
    stage.mailbox = stage.mailbox.model_copy(update={"verify_dkim": False})
    assert_refused(stage, signer.sign(stage.mail("ack", head="")), "not-authenticated", told=1)


@pytest.mark.parametrize("result", ["dmarc=fail header.from=acme.example", "dkim=fail header.d=acme.example"])
def test_a_fail_is_refused_even_with_a_good_signature(stage: Scene, signer: Signer, result: str) -> None:
    head = f"Authentication-Results: {AUTHSERV}; {result}\r\n"
    assert_refused(stage, signer.sign(stage.mail("ack", head=head)), "authentication-failed", told=1)
    assert stage.answers()[0].kind == NoticeKind.ANSWER


def test_dmarc_none_waits_for_the_confirm(stage: Scene) -> None:
    head = f"Authentication-Results: {AUTHSERV}; dmarc=none header.from=acme.example\r\n"
    assert_refused(stage, stage.mail("ack", head=head), "not-authenticated", told=1)


@pytest.mark.parametrize(
    ("domain", "how"),
    [
        (b"evil.example", {}),
        (b"xacme.example", {}),
        (b"example", {}),
        (b"acme.example", {"length": True}),
    ],
)
def test_a_signature_that_proves_nothing_asks_no_dns(
    stage: Scene, signer: Signer, domain: bytes, how: dict[str, object]
) -> None:
    assert_refused(stage, signer.sign(stage.mail("ack", head=""), domain, **how), "not-authenticated", told=1)
    assert signer.asked == []


def test_text_put_under_a_signature_is_not_obeyed(stage: Scene, signer: Signer) -> None:
    raw = signer.sign(stage.mail("hello", head=""))
    head, _, _body = raw.partition(b"\r\n\r\n")
    assert_refused(stage, head + b"\r\n\r\n" + base64.encodebytes(b"ack"), "not-authenticated", told=1)


def test_a_from_put_on_top_of_a_signature_names_nobody(stage: Scene, signer: Signer) -> None:
    raw = signer.sign(stage.mail("ack", head="", sender="evil@acme.example"))
    assert_refused(stage, b"From: dana.lee@acme.example\r\n" + raw, "no-plain-sender")


def test_a_bomb_of_signatures_costs_five_questions(stage: Scene, signer: Signer) -> None:
    raw = stage.mail("ack", head="")
    one = signer.sign(raw)[: -len(raw)].replace(b"bh=", b"bh=AAAA")
    assert_refused(stage, one * 200 + raw, "not-authenticated", told=1)
    assert len(signer.asked) <= 5
