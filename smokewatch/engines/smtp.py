"""Runs a local SMTP server on loopback that files our mails to be read, and takes answers to them."""

import asyncio
import secrets
import socket
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from smokewatch.engines.account import kept_password
from smokewatch.engines.errors import EngineError
from smokewatch.engines.files import file_mail

HOST = "127.0.0.1"
USER = "demo"
PORT = 1025
"""Tried first, so that a mail program set up once keeps working; any free port when it is taken."""
MOST_BYTES = 30_000_000


class LocalSmtp:
    """The server. Mail to `ours` goes into the local mailbox through `deliver`, all other mail into `folder`."""

    def __init__(self, home: Path, folder: Path, ours: Callable[[str], bool], deliver: Callable[[bytes], None]) -> None:
        self.home = home
        self.handler = _Handler(folder, ours, deliver)
        self.port = 0
        self._controller: Controller | None = None

    @property
    def password(self) -> str:
        """A random password: who logs in with it is believed to be the sender of what he sends."""
        return kept_password(self.home / "password")

    def start(self) -> None:
        """Start the server in a thread of its own.

        Raises:
            EngineError: it cannot listen.

        """
        try:
            listener = _listen()
            controller = _Controller(
                self.handler, listener, data_size_limit=MOST_BYTES, authenticator=self._authenticate,
                auth_require_tls=False, auth_required=False, ident="Smokewatch local catcher", decode_data=False,
            )  # fmt: skip
            _start(controller)
        except OSError as error:
            raise EngineError(f"The local SMTP server cannot listen on {HOST}: {error}") from error
        self._controller = controller
        self.port = controller.port

    def stop(self) -> None:
        """Stop the server; the filed mails stay."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
    ) -> AuthResult:
        right = (
            isinstance(data, LoginPassword)
            and data.login == USER.encode()
            and secrets.compare_digest(data.password, self.password.encode())
        )
        return AuthResult(success=right, handled=False)


class _Handler:
    """Decides where a mail goes."""

    def __init__(self, folder: Path, ours: Callable[[str], bool], deliver: Callable[[bytes], None]) -> None:
        self._folder = folder
        self._ours = ours
        self._deliver = deliver

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        raw = envelope.original_content or b""
        ours = [address for address in envelope.rcpt_tos if self._ours(address)]
        try:
            if ours:
                self._deliver(stamped(raw, ours[0], trusted=bool(session.authenticated)))
            if len(ours) < len(envelope.rcpt_tos):
                file_mail(self._folder, raw)
        except OSError as error:
            return f"452 4.3.1 Cannot store the mail now: {error.strerror}"
        return "250 2.0.0 Stored"


AUTHSERV_ID = "local.smokewatch"
"""The name under which the local server vouches for a sender (RFC 8601)."""


def stamped(raw: bytes, recipient: str, *, trusted: bool) -> bytes:
    """The mail as a receiving server would store it: with the result of its checks and a trace line on top."""
    domain = _from_domain(raw)
    result = f"dmarc=pass header.from={domain}" if trusted and domain else "dmarc=none"
    when = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
    trace = (
        f"Delivered-To: {recipient}\r\n"
        f"Authentication-Results: {AUTHSERV_ID}; {result}\r\n"
        f"Received: from localhost by {AUTHSERV_ID} with ESMTP; {when}\r\n"
    )
    return trace.encode("ascii", "replace") + raw


def _from_domain(raw: bytes) -> str:
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("ascii", "replace")
    senders = [line for line in head.split("\n") if line.lower().startswith("from:")]
    return senders[0].rstrip("> \t").rpartition("@")[2] if len(senders) == 1 else ""


class _Controller(Controller):
    """A controller on a socket that listens already; aiosmtpd's own cannot take a port that the system chooses."""

    def __init__(self, handler: _Handler, listener: socket.socket, **options: Any) -> None:
        super().__init__(handler, hostname=HOST, port=listener.getsockname()[1], **options)
        self._listener = listener

    def _create_server(self) -> Coroutine[Any, Any, asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)


def _listen() -> socket.socket:
    try:
        return socket.create_server((HOST, PORT))
    except OSError:
        return socket.create_server((HOST, 0))


def _start(controller: Controller) -> None:
    try:
        controller.start()
    except BaseException:
        controller.stop(no_assert=True)
        raise
