"""Logging in to the mail server: STARTTLS with a checked certificate, password, XOAUTH2."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr

from alerts.sender import SmtpSender
from config.oauth import OAuthError, TokenSource
from config.settings import Security, Smtp
from tests.alerts.scene import Scene, sender_for
from tests.alerts.sink import running_sink


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key, in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sink")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1)).not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "sink.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


class _Tokens(TokenSource):
    """Gives a fixed token, and remembers that it was refused."""

    def __init__(self, token: str) -> None:
        self.value, self.refused = token, 0

    def token(self, now: datetime) -> str:  # noqa: ARG002 - never expires
        if not self.value:
            raise OAuthError("the client secret has expired; renew it", permanent=True)
        return self.value

    def invalidate(self) -> None:
        self.refused += 1


def _password(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(success=data.password == b"right", handled=False)


def test_starttls_with_a_trusted_certificate_sends(scene: Scene, certificate: Path) -> None:
    with running_sink(tls_context=_context(certificate), require_starttls=True) as sink:
        sender = sender_for(sink, security=Security.STARTTLS, ca_file=certificate)
        assert sender.open(scene.now) is None
        sender.close()


def test_an_unknown_certificate_is_refused(scene: Scene, certificate: Path) -> None:
    with running_sink(tls_context=_context(certificate)) as sink:
        trouble = sender_for(sink, security=Security.STARTTLS).open(scene.now)
    assert trouble is not None
    assert trouble.reason == "tls"


@pytest.mark.parametrize(("password", "reason"), [("right", None), ("wrong", "login_refused")])
def test_password(scene: Scene, password: str, reason: str | None) -> None:
    with running_sink(authenticator=_password, auth_require_tls=False) as sink:
        sender = sender_for(sink, user="sw", password=SecretStr(password))
        trouble = sender.open(scene.now)
        sender.close()
    assert (trouble.reason if trouble else None) == reason


@pytest.mark.parametrize(("token", "reason"), [("good", None), ("stale", "login_refused"), ("", "oauth")])
def test_xoauth2(scene: Scene, token: str, reason: str | None) -> None:
    tokens = _Tokens(token)
    with running_sink(auth_require_tls=False) as sink:
        login = Smtp(host="127.0.0.1", port=sink.port, security=Security.PLAIN, user="sw@us.example")
        sender = SmtpSender(login, hello="us.example", tokens=tokens)
        trouble = sender.open(scene.now)
        sender.close()
    assert (trouble.reason if trouble else None) == reason
    assert tokens.refused == (reason == "login_refused")
