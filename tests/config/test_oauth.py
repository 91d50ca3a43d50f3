"""Access tokens are fetched rarely, kept safely, and their refusal says what to renew and where."""

import base64
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from config.oauth import OAuthError, TokenSource, xoauth2_string
from config.settings import OAuth

NOW = datetime(2026, 5, 6, 8, 30, tzinfo=UTC)


class Endpoint(HTTPServer):
    """Answers every token request with `status` and `answer`, and remembers it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, str]] = []
        self.status = 200
        self.answer: dict[str, Any] = {"access_token": "token-1", "expires_in": 3600}


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        """Answer."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.asked.append({key: values[0] for key, values in form.items()})
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(json.dumps(self.server.answer).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A token endpoint on loopback."""
    with Endpoint() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def oauth(endpoint: Endpoint, **changes: object) -> OAuth:
    given: dict[str, object] = {
        "provider": "microsoft", "grant": "client_credentials", "client_id": "app", "client_secret": "s3cret",
        "tenant": "t", "token_url": f"http://127.0.0.1:{endpoint.server_port}/token",
    }  # fmt: skip
    return OAuth.model_validate(given | changes)


def test_client_credentials_ask_for_the_mail_scope(endpoint: Endpoint) -> None:
    assert TokenSource(oauth(endpoint)).token(NOW) == "token-1"
    assert endpoint.asked == [
        {
            "grant_type": "client_credentials",
            "client_id": "app",
            "client_secret": "s3cret",
            "scope": "https://outlook.office365.com/.default",
        }
    ]


def test_the_refresh_token_grant_sends_the_refresh_token(endpoint: Endpoint) -> None:
    TokenSource(oauth(endpoint, provider="google", grant="refresh_token", refresh_token="r")).token(NOW)
    assert endpoint.asked[0]["refresh_token"] == "r"
    assert "scope" not in endpoint.asked[0]


def test_a_service_account_signs_for_the_user(endpoint: Endpoint, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path / "account.json"
    file.write_text(json.dumps({"client_email": "robot@project.example", "private_key": pem.decode()}))
    account = oauth(
        endpoint, provider="google", grant="service_account", client_id="u@x.example", service_account_file=file
    )
    TokenSource(account).token(NOW)
    body, _, signature = endpoint.asked[0]["assertion"].rpartition(".")
    padded = [part + "=" * (-len(part) % 4) for part in (*body.split("."), signature)]
    key.public_key().verify(base64.urlsafe_b64decode(padded[2]), body.encode(), padding.PKCS1v15(), hashes.SHA256())
    claims = json.loads(base64.urlsafe_b64decode(padded[1]))
    assert (claims["iss"], claims["sub"]) == ("robot@project.example", "u@x.example")
    assert claims["exp"] - claims["iat"] == 3600


def test_a_token_is_kept_until_five_minutes_before_its_end(endpoint: Endpoint) -> None:
    source = TokenSource(oauth(endpoint))
    for minute in (0, 20, 54):
        source.token(NOW + timedelta(minutes=minute))
    assert len(endpoint.asked) == 1
    source.token(NOW + timedelta(minutes=56))
    assert len(endpoint.asked) == 2


def test_a_refused_token_is_renewed_once_and_then_left_alone(endpoint: Endpoint) -> None:
    source = TokenSource(oauth(endpoint))
    source.token(NOW)
    source.invalidate()
    source.token(NOW + timedelta(minutes=10))
    source.invalidate()
    with pytest.raises(OAuthError, match="refused"):
        source.token(NOW + timedelta(minutes=10, seconds=29))
    assert len(endpoint.asked) == 2


def test_a_failure_is_backed_off_for_half_a_minute_to_a_minute(endpoint: Endpoint) -> None:
    endpoint.status, endpoint.answer = 503, {}
    source = TokenSource(oauth(endpoint))
    for second in range(0, 30, 5):
        with pytest.raises(OAuthError):
            source.token(NOW + timedelta(seconds=second))
    assert len(endpoint.asked) == 1
    endpoint.status, endpoint.answer = 200, {"access_token": "back"}
    assert source.token(NOW + timedelta(seconds=61)) == "back"


def test_a_token_that_still_works_outlives_a_failing_endpoint(endpoint: Endpoint) -> None:
    source = TokenSource(oauth(endpoint))
    source.token(NOW)
    endpoint.status, endpoint.answer = 503, {}
    assert source.token(NOW + timedelta(minutes=57)) == "token-1"
    assert source.token(NOW + timedelta(minutes=57, seconds=5)) == "token-1"
    assert len(endpoint.asked) == 2


@pytest.mark.parametrize(
    ("status", "error", "permanent", "says"),
    [
        (401, "invalid_client", True, "client secret is wrong or has expired; make a new one in Microsoft Entra"),
        (400, "invalid_grant", True, "sign in again"),
        (503, "", False, "tried again"),
        (429, "", False, "tried again"),
        (302, "", True, "check the oauth settings"),
    ],
)
def test_a_refusal_says_what_to_do(endpoint: Endpoint, status: int, error: str, permanent: bool, says: str) -> None:
    endpoint.status, endpoint.answer = status, {"error": error}
    with pytest.raises(OAuthError, match=says) as raised:
        TokenSource(oauth(endpoint)).token(NOW)
    assert raised.value.permanent is permanent
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("answer", [{}, {"access_token": ""}, {"access_token": "a\r\nb"}, {"access_token": 7}])
def test_an_answer_without_a_usable_token_is_refused(endpoint: Endpoint, answer: dict[str, object]) -> None:
    endpoint.answer = answer
    with pytest.raises(OAuthError, match="without an access token"):
        TokenSource(oauth(endpoint)).token(NOW)


def test_plain_http_to_another_host_is_refused(endpoint: Endpoint) -> None:
    with pytest.raises(OAuthError, match="must be an https address"):
        TokenSource(oauth(endpoint, token_url="http://login.example/token")).token(NOW)


def test_a_missing_tenant_is_named(endpoint: Endpoint) -> None:
    with pytest.raises(OAuthError, match=r"oauth\.tenant is empty"):
        TokenSource(oauth(endpoint, token_url="", tenant="")).token(NOW)


def test_a_broken_service_account_file_is_named(endpoint: Endpoint, tmp_path: Path) -> None:
    file = tmp_path / "account.json"
    file.write_text("{}")
    with pytest.raises(OAuthError, match="not a service account key file"):
        TokenSource(oauth(endpoint, grant="service_account", service_account_file=file)).token(NOW)


def test_an_unreachable_endpoint_is_tried_again_later(endpoint: Endpoint) -> None:
    with pytest.raises(OAuthError, match="cannot be reached") as raised:
        TokenSource(oauth(endpoint, token_url="http://127.0.0.1:1/token")).token(NOW)
    assert not raised.value.permanent


def test_the_xoauth2_response_has_the_customary_form() -> None:
    assert xoauth2_string("u@x.example", "t") == "user=u@x.example\x01auth=Bearer t\x01\x01"
