"""DKIM checked here: real signatures, made in the test, and every way to make one worthless."""

import base64
import time

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ingest.replies.dkim import MOST_BYTES, verify

FROM = "acme.example"
MAIL = (
    b"From: Dana Lee <dana.lee@acme.example>\r\nTo: reply+abc@acme.example\r\nSubject: Re: Outage\r\n"
    b"Date: Tue, 03 Mar 2026 09:15:00 +0000\r\nMessage-ID: <1@acme.example>\r\n\r\nack\r\n"
)


class Dns:
    """The keys of a few domains, and every question that was asked."""

    def __init__(self, records: dict[bytes, bytes]) -> None:
        self.records, self.asked, self.patience = records, list[bytes](), list[float]()

    def __call__(self, name: bytes, timeout: float = 5) -> bytes | None:
        """Answer from the records."""
        self.asked.append(name)
        self.patience.append(timeout)
        return self.records.get(name)


@pytest.fixture(scope="module")
def private() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def record(private: bytes) -> bytes:
    key = serialization.load_pem_private_key(private, None)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


@pytest.fixture
def dns(private: bytes) -> Dns:
    public = record(private)
    return Dns({b"s1._domainkey." + d + b".": public for d in (b"acme.example", b"mail.acme.example", b"evil.example")})


def signed(private: bytes, mail: bytes = MAIL, domain: bytes = b"acme.example", **how: object) -> bytes:
    how.setdefault("include_headers", [b"from", b"to", b"subject", b"date", b"message-id"])
    return bytes(dkim.sign(mail, b"s1", domain, private, **how)) + mail


def test_a_big_mail_is_not_hashed_and_asks_no_dns(private: bytes, dns: Dns) -> None:
    assert not verify(signed(private, MAIL + b"x" * 70 + b"\r\n" * (MOST_BYTES // 2)), FROM, dns)
    assert dns.asked == []


@pytest.mark.parametrize("domain", [b"acme.example", b"mail.acme.example"])
def test_a_signature_of_the_from_domain_is_a_proof(private: bytes, dns: Dns, domain: bytes) -> None:
    assert verify(signed(private, domain=domain), FROM, dns)


def test_line_ends_may_have_become_plain_newlines(private: bytes, dns: Dns) -> None:
    assert verify(signed(private).replace(b"\r\n", b"\n"), FROM, dns)


def test_no_signature_is_no_proof_and_asks_nobody(dns: Dns) -> None:
    assert not verify(MAIL, FROM, dns)
    assert dns.asked == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"ack", b"resolve"),
        (b"\r\n\r\nack", b"\r\n\r\nclose\r\nack"),
        (b"From: Dana Lee", b"From: Dana Lea"),
        (b"reply+abc", b"reply+abd"),
        (b"Subject: Re:", b"From: evil@x.example\r\nSubject: Re:"),
    ],
)
def test_a_changed_mail_is_no_proof(private: bytes, dns: Dns, old: bytes, new: bytes) -> None:
    assert not verify(signed(private).replace(old, new), FROM, dns)


def test_a_second_from_on_top_is_no_proof(private: bytes, dns: Dns) -> None:
    assert not verify(b"From: evil@x.example\r\n" + signed(private), FROM, dns)


def test_another_domains_signature_is_not_even_looked_up(private: bytes, dns: Dns) -> None:
    assert not verify(signed(private, domain=b"evil.example"), FROM, dns)
    assert dns.asked == []


def test_a_signature_with_a_length_is_not_even_looked_up(private: bytes, dns: Dns) -> None:
    assert not verify(signed(private, length=True), FROM, dns)
    assert dns.asked == []


def test_a_signature_that_leaves_out_from_is_not_even_looked_up(private: bytes, dns: Dns) -> None:
    assert not verify(signed(private).replace(b"h=from", b"h=to"), FROM, dns)
    assert dns.asked == []


def test_sha1_is_not_even_looked_up(private: bytes, dns: Dns) -> None:
    assert not verify(signed(private).replace(b"rsa-sha256", b"rsa-sha1"), FROM, dns)
    assert dns.asked == []


def test_a_key_shorter_than_the_least_is_no_proof(private: bytes, dns: Dns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.replies.dkim.LEAST_KEY_BITS", 1025)
    assert not verify(signed(private), FROM, dns)


@pytest.mark.parametrize(
    "text", [b"", b"v=DKIM1; p=", b"v=DKIM1; p=AAAA", b"v=DKIM2; p=AAAA", b"\xff\xfe", b";;;=", b"v=DKIM1; k=x; p=A"]
)
def test_a_broken_key_record_is_no_proof(private: bytes, text: bytes) -> None:
    assert not verify(signed(private), FROM, Dns({b"s1._domainkey.acme.example.": text}))


def test_five_hundred_signatures_ask_five_times_at_most(private: bytes, dns: Dns) -> None:
    one = signed(private).partition(b"From:")[0].replace(b"bh=", b"bh=AAAA")
    assert not verify(one * 500 + MAIL, FROM, dns)
    assert len(dns.asked) <= 5


def test_a_slow_dns_server_holds_up_two_seconds_at_most(private: bytes) -> None:
    slow = Dns({})
    raw = signed(private).partition(b"From:")[0] * 5 + MAIL
    # The clock stands at 0.9 s more with each answer: the third one ends beyond the two seconds.
    assert not verify(raw, FROM, slow, clock=lambda: 0.9 * len(slow.asked))
    assert len(slow.asked) == 3
    assert slow.patience == pytest.approx([2.0, 1.1, 0.2])


def test_a_genuine_signature_below_four_worthless_ones_is_found(private: bytes, dns: Dns) -> None:
    worthless = signed(private).partition(b"From:")[0].replace(b"bh=", b"bh=AAAA")
    assert verify(worthless * 4 + signed(private), FROM, dns)


@pytest.mark.parametrize(
    "body", [b" " * 5_000_000, b"\r\n" * 2_000_000, b"a" * 9_000_000, (b" " * 199 + b"a\r\n") * 20_000]
)
def test_a_body_made_to_be_slow_is_not(private: bytes, dns: Dns, body: bytes) -> None:
    began = time.process_time()
    verify(signed(private) + body, FROM, dns)
    assert time.process_time() - began < 5


def test_a_header_line_that_is_none_is_no_proof(private: bytes, dns: Dns) -> None:
    assert not verify(b"no header\r\n" + signed(private), FROM, dns)
    assert not verify(b" folded from nowhere\r\n" + signed(private), FROM, dns)
