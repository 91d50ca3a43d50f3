"""Logging in to a real server: password and XOAUTH2, over TLS, STARTTLS and plain."""

from datetime import timedelta
from typing import Any

import pytest

from ingest.poll import Standing
from tests.dovecot.box import NOW, Box, mails
from tests.dovecot.server import TokenEndpoint

pytestmark = pytest.mark.dovecot


@pytest.fixture
def oauth(tokens: TokenEndpoint, box: Box) -> dict[str, str]:
    """Settings for the refresh_token grant; the test endpoint issues a token for the user in client_id."""
    tokens.asked.clear()
    tokens.refuse = None
    return {
        "provider": "other",
        "grant": "refresh_token",
        "client_id": box.user,
        "refresh_token": "kept safely",
        "token_url": f"http://127.0.0.1:{tokens.port}/token",
    }


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls_and_starttls_check_the_certificate(box: Box, security: str) -> None:
    box.put(mails(1))
    port = box.server.tls_port if security == "tls" else box.server.port
    changes: dict[str, Any] = {"host": "localhost", "security": security, "port": port}
    assert box.poll(**changes, ca_file=box.server.ca_file) == 1
    poller = box.poller(**changes)
    assert poller.poll_once(NOW).standing is Standing.FAILED
    poller.close()
    assert "certificate" in str(box.folders()[0].last_error)


def test_xoauth2_fetches_one_token_and_keeps_it(box: Box, tokens: TokenEndpoint, oauth: dict[str, str]) -> None:
    box.put(mails(1))
    poller = box.poller(password=None, oauth=oauth)
    assert poller.poll_once(NOW).kept == 1
    box.put(mails(1, first=1))
    assert poller.poll_once(NOW + timedelta(minutes=1)).kept == 1
    poller.close()
    assert [form["grant_type"] for form in tokens.asked] == [["refresh_token"]]


def test_a_revoked_token_is_renewed_once(box: Box, tokens: TokenEndpoint, oauth: dict[str, str]) -> None:
    box.put(mails(1))
    poller = box.poller(password=None, oauth=oauth)
    poller.poll_once(NOW)
    tokens.live.clear()
    poller.close()
    standings = [poller.poll_once(NOW + timedelta(minutes=m)).standing for m in (2, 4)]
    poller.close()
    assert standings == [Standing.FAILED, Standing.WATCHING]
    assert len(tokens.asked) == 2


def test_polling_goes_on_within_a_minute_of_the_endpoint_s_repair(
    box: Box, tokens: TokenEndpoint, oauth: dict[str, str]
) -> None:
    box.put(mails(1))
    tokens.refuse = (400, {"error": "invalid_grant"})
    poller = box.poller(password=None, oauth=oauth)
    polls = [poller.poll_once(NOW + timedelta(seconds=10 * n)).standing for n in range(60)]
    asked = len(tokens.asked)
    error = str(box.folders()[0].last_error)
    tokens.refuse = None
    after = [poller.poll_once(NOW + timedelta(seconds=600 + 10 * n)).kept for n in range(7)]
    poller.close()
    assert Standing.WATCHING not in polls
    assert asked <= 20
    assert "sign in again" in error
    assert sum(after) == 1
