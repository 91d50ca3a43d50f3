"""Gets OAuth 2.0 access tokens for IMAP and SMTP logins, and keeps each one until shortly before it expires."""

import base64
import json
import random
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from ipaddress import ip_address
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from config.settings import OAuth

TIMEOUT = 30
"""Seconds the token endpoint may take; a mailbox waits for it, the others do not."""

EARLY = timedelta(minutes=5)
"""A token is renewed this long before it expires, so that none runs out between login and first command."""

ANSWER_BYTES = 65_536
"""A token answer is a few kB; more than this is not one."""

_ENDPOINT = {
    "microsoft": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
    "google": "https://oauth2.googleapis.com/token",
}
_SCOPE = {"microsoft": "https://outlook.office365.com/.default", "google": "https://mail.google.com/"}
_RENEW = {
    "microsoft": "in Microsoft Entra, App registrations, Certificates & secrets",
    "google": "in the Google Cloud console, APIs & Services, Credentials",
    "other": "at your identity provider",
}
_CLIENT_AT_FAULT = {"invalid_client", "unauthorized_client"}
_GRANT_AT_FAULT = {"invalid_grant", "interaction_required", "consent_required"}


class OAuthError(Exception):
    """No access token could be had; the text says what to renew and where. `permanent`: only a person can mend it."""

    def __init__(self, sentence: str, *, permanent: bool) -> None:
        super().__init__(sentence)
        self.permanent = permanent


def xoauth2_string(user: str, token: str) -> str:
    """The initial response of the XOAUTH2 mechanism, before base64 (Google's and Microsoft's common definition)."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


@dataclass(frozen=True)
class _Token:
    value: str
    expires_at: datetime


class TokenSource:
    """The access tokens of one account; safe to share between threads.

    The endpoint is asked when the kept token nears its end, and once after a login was refused (`invalidate`).
    After that, and after each failure, it is left alone for 30 to 60 s: providers revoke a client that keeps asking.
    """

    def __init__(self, oauth: OAuth) -> None:
        self._oauth = oauth
        self._lock = threading.Lock()
        self._kept: _Token | None = None
        self._refused = False
        self._not_before: datetime | None = None
        self._last_error = OAuthError("the access token was refused right after it was issued", permanent=False)

    def token(self, now: datetime) -> str:
        """A token for a login at `now`. Raises `OAuthError`, at once while an earlier failure is being backed off."""
        with self._lock:
            if self._kept and not self._refused and now < self._kept.expires_at - EARLY:
                return self._kept.value
            if self._not_before and now < self._not_before:
                if self._kept and not self._refused and now < self._kept.expires_at:
                    return self._kept.value
                raise self._last_error
            return self._renew(now).value

    def invalidate(self) -> None:
        """Say that a login with the present token was refused: the next call renews it, once."""
        with self._lock:
            self._refused = True

    def _renew(self, now: datetime) -> _Token:
        # Random, so that twenty mailboxes of one tenant do not come back in the same second.
        self._not_before = now + timedelta(seconds=random.uniform(30, 60))  # noqa: S311
        try:
            self._kept = _request(self._oauth, now)
        except OAuthError as error:
            self._last_error = error
            if self._kept and not self._refused and now < self._kept.expires_at:
                return self._kept
            raise
        self._refused = False
        return self._kept


def _request(oauth: OAuth, now: datetime) -> _Token:
    url = _endpoint(oauth)
    answer = _post(oauth, url, _form(oauth, url, now))
    value, lifetime = answer.get("access_token"), answer.get("expires_in", 3600)
    try:
        seconds = max(0, min(int(lifetime), 86_400))
    except (TypeError, ValueError):
        seconds = 3600
    if not isinstance(value, str) or not value or any(c <= " " or c > "~" for c in value):
        raise OAuthError(f"{url} answered without an access token; check that it is the token endpoint", permanent=True)
    return _Token(value, now + timedelta(seconds=seconds))


def _endpoint(oauth: OAuth) -> str:
    if not oauth.token_url and oauth.provider == "microsoft" and not oauth.tenant:
        raise OAuthError("oauth.tenant is empty; put the directory (tenant) id there", permanent=True)
    url = oauth.token_url or _ENDPOINT.get(oauth.provider, "").format(tenant=urllib.parse.quote(oauth.tenant, safe=""))
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        return url
    raise OAuthError(f"oauth.token_url is {url!r}; it must be an https address", permanent=True)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _form(oauth: OAuth, url: str, now: datetime) -> dict[str, str]:
    if oauth.grant == "service_account":
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": _assertion(oauth, url, now)}
    form = {"grant_type": oauth.grant, "client_id": oauth.client_id}
    if oauth.client_secret:
        form["client_secret"] = oauth.client_secret.get_secret_value()
    if oauth.grant == "refresh_token":
        if not oauth.refresh_token:
            raise OAuthError("oauth.refresh_token is not set; sign in once and put it there", permanent=True)
        form["refresh_token"] = oauth.refresh_token.get_secret_value()
    elif scope := oauth.scope or _SCOPE.get(oauth.provider, ""):
        form["scope"] = scope
    if oauth.grant == "refresh_token" and oauth.scope:
        form["scope"] = oauth.scope
    return form


def _assertion(oauth: OAuth, url: str, now: datetime) -> str:
    """A JWT signed with the service account's key (RFC 7523), for the user in `client_id`."""
    account = _service_account(oauth)
    claims = {
        "iss": account["client_email"],
        "scope": oauth.scope or _SCOPE["google"],
        "aud": account.get("token_uri") or url,
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + 3600,
    }
    if oauth.client_id:
        claims["sub"] = oauth.client_id
    body = f"{_segment({'alg': 'RS256', 'typ': 'JWT'})}.{_segment(claims)}"
    try:
        key = serialization.load_pem_private_key(account["private_key"].encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise OAuthError(
            f"{oauth.service_account_file} holds no usable RSA private key; download it anew", permanent=True
        )
    return f"{body}.{_base64(key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _service_account(oauth: OAuth) -> dict[str, str]:
    if not oauth.service_account_file:
        raise OAuthError("oauth.service_account_file is not set; it names the JSON key file", permanent=True)
    try:
        account = json.loads(oauth.service_account_file.read_text("utf-8"))
        return {k: str(account[k]) for k in ("client_email", "private_key")} | {
            "token_uri": "" if oauth.token_url else str(account.get("token_uri", ""))
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise OAuthError(
            f"{oauth.service_account_file} is not a service account key file ({type(error).__name__}); "
            "download the JSON key again in the Google Cloud console",
            permanent=True,
        ) from error


def _segment(value: Mapping[str, object]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token endpoint does not redirect; following one could carry a secret elsewhere."""

    def redirect_request(self, *_: object) -> None:
        """Refuse, so that the redirect comes back as an error."""


def _post(oauth: OAuth, url: str, form: dict[str, str]) -> dict[str, Any]:
    request = urllib.request.Request(url, urllib.parse.urlencode(form).encode(), {"Accept": "application/json"})  # noqa: S310 - the scheme was checked
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT) as answer:
            return _object(answer.read(ANSWER_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            answered = _object(error.read(ANSWER_BYTES))
        raise _refusal(oauth, url, error.code, answered) from error
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise OAuthError(f"{url} cannot be reached ({reason}); it is tried again", permanent=False) from error


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _refusal(oauth: OAuth, url: str, status: int, answer: dict[str, Any]) -> OAuthError:
    code = str(answer.get("error", ""))[:60]
    said = f"{url} refused with {status} {code}".rstrip()
    where = _RENEW[oauth.provider]
    if code in _CLIENT_AT_FAULT:
        return OAuthError(f"{said}: the client secret is wrong or has expired; make a new one {where}", permanent=True)
    if code in _GRANT_AT_FAULT:
        what = (
            "the service account may not act for this user"
            if oauth.grant == "service_account"
            else ("the refresh token has expired or was revoked; sign in again")
        )
        return OAuthError(f"{said}: {what}; check the application {where}", permanent=True)
    if status == 429 or status >= 500:  # noqa: PLR2004 - Too Many Requests and server errors (RFC 9110, 6585)
        return OAuthError(f"{said}; it is tried again", permanent=False)
    return OAuthError(f"{said}; check the oauth settings of this account against those {where}", permanent=True)
