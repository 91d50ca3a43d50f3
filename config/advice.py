"""Finds settings that are each allowed but do not work together."""

import ipaddress
from collections import Counter
from collections.abc import Iterator

from config.settings import Login, OAuth, Security, Settings

_GRANT_NEEDS = {
    "client_credentials": ("client_id", "client_secret"),
    "refresh_token": ("client_id", "refresh_token"),
    "service_account": ("service_account_file",),
}


def advice(settings: Settings) -> Iterator[str]:
    """One sentence for each combination that cannot work, with what to do."""
    names = Counter(box.name for box in settings.mailboxes)
    yield from (f"[[mailbox]] {name}: the name is used {n} times; each mailbox needs its own."
                for name, n in names.items() if n > 1)  # fmt: skip
    for box in settings.mailboxes:
        yield from (f"[[mailbox]] {box.name}: {found}" for found in _login(box, must_log_in=True))
    if settings.outgoing.smtp is not None:
        yield from (f"[outgoing.smtp]: {found}" for found in _login(settings.outgoing.smtp, must_log_in=False))
    for key in ("from_address", "reply_address", "bounce_address", "escalation_address"):
        if "@" not in getattr(settings.outgoing, key):
            yield f"[outgoing], {key}: this is not a mail address; write name@domain."
    yield from _distinct(settings)


def _distinct(settings: Settings) -> Iterator[str]:
    """What a mail is follows from the address it came to or from, so no two may be the same."""
    taken = {box.address.lower(): f"the address of [[mailbox]] {box.name}" for box in settings.mailboxes}
    for key in ("from_address", "reply_address", "bounce_address", "escalation_address"):
        address = getattr(settings.outgoing, key).lower()
        if address in taken:
            local, _, domain = address.partition("@")
            tag = key.removesuffix("_address")
            yield f"[outgoing], {key}: {address} is also {taken[address]}; use another, {local}+{tag}@{domain}."
        taken[address] = key


def _login(login: Login, *, must_log_in: bool) -> Iterator[str]:
    if login.security is Security.PLAIN and not login.allow_plain and not is_loopback(login.host):
        yield (
            f'security = "plain" would send the password to {login.host} in the clear; '
            'use "tls" or "starttls", or set allow_plain = true if you know the network is safe.'
        )
    if login.password is not None and login.oauth is not None:
        yield "both password and oauth are set; keep one."
    if must_log_in and login.password is None and login.oauth is None:
        yield "there is neither a password (or password_file) nor an [oauth] section; add one."
    if not login.user and (must_log_in or login.password is not None or login.oauth is not None):
        yield "user is missing; set the name to log in with, usually the whole address."
    if login.oauth is not None:
        yield from _oauth(login.oauth)


def _oauth(oauth: OAuth) -> Iterator[str]:
    for key in _GRANT_NEEDS[oauth.grant]:
        if not getattr(oauth, key):
            yield f'oauth with grant = "{oauth.grant}" needs {key}.'
    if oauth.provider == "microsoft" and not oauth.tenant and not oauth.token_url:
        yield "oauth with Microsoft 365 needs tenant, the directory ID shown in the app registration."
    if oauth.provider == "other" and not oauth.token_url:
        yield 'oauth with provider = "other" needs token_url.'


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine and nothing else."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
