"""One connection to one IMAP server: opened safely, logged in, every command under a wall-clock deadline."""

import contextlib
import imaplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from config.killpoint import killpoint
from config.oauth import TokenSource
from config.settings import Login, Security
from ingest.errors import ConnectionLost, Insecure, IntakeError, LoginRefused, Refused, TokenExpired
from ingest.explain import explain, unreachable
from ingest.timing import Timing
from ingest.watchdog import WATCHDOG
from ingest.wire import Client, Line


@dataclass(frozen=True)
class Selected:
    """What SELECT or EXAMINE said. `keywords`: the server keeps keywords of our own."""

    uidvalidity: int
    uidnext: int
    exists: int
    keywords: bool


class Imap:
    """A logged-in connection. Every error is an `IntakeError`; after `ConnectionLost` it is closed for good."""

    def __init__(self, login: Login, timing: Timing, literal_limit: int) -> None:
        self._login, self._timing = login, timing
        self.where = f"{login.host}:{_port(login)}"
        self._wire = Line(timing, literal_limit, None)
        self._client: Any = None
        self.alive = True
        self.opened_at = self.used_at = time.monotonic()

    def call(self, command: str, *args: object, seconds: float | None = None) -> Any:
        """Run one imapclient command within `seconds` (default: the command deadline) and return its result."""
        return self._run(lambda: getattr(self._client, command)(*args), command, seconds)

    def _run(self, act: Callable[[], Any], what: str, seconds: float | None = None) -> Any:
        limit = seconds or self._timing.command
        with WATCHDOG.watch(limit, self._wire.close) as watch:
            try:
                result = act()
            except Exception as error:  # a parser fed with nonsense raises anything
                late = f"{self.where} gave no complete answer to {what} within {limit:g} s"
                found = ConnectionLost(late) if watch.expired else explain(error, self.where, what)
                if not isinstance(found, Refused):
                    self.close()
                raise found from error
        self.used_at = time.monotonic()
        return result

    def connect(self) -> None:
        """Open the connection and protect it as the settings ask. Raises `Insecure`, `Unreachable`, `Throttled`."""
        login = self._login
        if login.security is Security.PLAIN and not login.allow_plain and not is_loopback(login.host):
            raise Insecure(f"{self.where}: security is 'plain'; use tls or starttls, or set allow_plain = true")
        context = None if login.security is Security.PLAIN else _context(login)
        self._wire.context = context if login.security is Security.TLS else None
        try:
            self._client = self._run(lambda: Client(login.host, _port(login), self._wire), "the greeting")
        except ConnectionLost as error:
            raise unreachable(error, self.where) from error
        if login.security is Security.STARTTLS:
            self._starttls(context)

    def _starttls(self, context: ssl.SSLContext | None) -> None:
        """Switch to TLS or fail: going on in clear text would hand the password to whoever stripped the offer."""
        try:
            self.call("starttls", context)
        except (Refused, ConnectionLost) as error:
            self.close()
            raise Insecure(f"{self.where}: STARTTLS failed ({error}); nothing was sent in clear text") from error
        self._wire.opened(self._client.socket())
        # What was offered before TLS may have been put there by somebody in between (RFC 3501 section 6.2.1).
        self._client._cached_capabilities = None  # noqa: SLF001

    def log_in(self, tokens: TokenSource | None, token: str) -> None:
        """Log in with the password, or with `token` from `tokens`. Raises `LoginRefused`, `Throttled`."""
        login = self._login
        try:
            if tokens:
                self.call("oauth2_login", login.user, token)
            else:
                self._password_login(login.password.get_secret_value() if login.password else "")
        except (LoginRefused, TokenExpired):
            if tokens:
                tokens.invalidate()
            raise

    def _password_login(self, password: str) -> None:
        user = self._login.user
        if self.has("AUTH=PLAIN"):
            self.call("plain_login", user, password)
        elif self.has("LOGINDISABLED"):
            raise LoginRefused(f"{self.where} takes no password on this connection; set security = 'tls' or use oauth")
        elif not (user + password).isascii():
            raise LoginRefused(f"{self.where} offers LOGIN only, which cannot carry letters outside ASCII")
        else:
            self.call("login", user, password)

    def has(self, capability: str) -> bool:
        """Whether the server offers `capability`."""
        return bool(self.call("has_capability", capability))

    def select(self, folder: str, *, readonly: bool) -> Selected:
        """Open a folder. Read-only (EXAMINE) when nothing is to be flagged, so that no state can change at all."""
        found = self.call("select_folder", folder, readonly)
        killpoint("K1")
        self.take_exists()  # the folder's own count is no news
        uidvalidity = int(found.get(b"UIDVALIDITY", 0))
        if not uidvalidity:
            raise Refused(f"{self.where}: folder {folder!r} has no UIDVALIDITY, so its UIDs cannot be trusted")
        keywords = b"\\*" in found.get(b"PERMANENTFLAGS", ())
        return Selected(uidvalidity, int(found.get(b"UIDNEXT", 0)), int(found[b"EXISTS"]), keywords)

    def start_idle(self) -> None:
        """Enter IDLE. Mail announced before the server's go-ahead is kept for `take_exists`."""
        self._run(self._client.begin_idle, "IDLE", self._timing.check)

    def hear(self, seconds: float) -> None:
        """Wait in IDLE, at most so long, until the server says something; `take_exists` tells whether it is mail."""
        self._run(lambda: self._client.hear(seconds), "IDLE", seconds + self._timing.check)

    def take_exists(self) -> bool:
        """Whether the server announced mail beside its answers since the last call, and forget it."""
        return bool(self._client.take_exists())

    def close(self, *, politely: bool = False) -> None:
        """Close the connection; `politely` logs out first."""
        if politely and self.alive and self._client:
            with contextlib.suppress(IntakeError):
                self.call("logout", seconds=self._timing.check)
        self.alive = False
        self._wire.close()
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            if self._client:
                self._client.shutdown()
            if self._wire.sock:
                self._wire.sock.close()


def open_imap(login: Login, tokens: TokenSource | None, timing: Timing, literal_limit: int, token: str = "") -> Imap:
    """A connection that is open and logged in. Raises an `IntakeError`."""
    imap = Imap(login, timing, literal_limit)
    try:
        imap.connect()
        imap.log_in(tokens, token)
    except BaseException:
        imap.close()
        raise
    return imap


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine by its very name or number; a name that merely resolves so is not believed."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _port(login: Login) -> int:
    return login.port or (993 if login.security is Security.TLS else 143)


def _context(login: Login) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=login.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise Insecure(f"ca_file {login.ca_file} cannot be used ({error}); it must hold PEM certificates") from error
