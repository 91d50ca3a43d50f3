"""A real SMTP server for tests that files what it takes and can be told to misbehave."""
# ruff: noqa: D102, N802 - aiosmtpd chose the names of its hooks

import asyncio
import base64
import email
import email.policy
from asyncio.base_events import Server
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class Taken:
    """One mail the server took."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        found = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        return str(self.message["Message-ID"])

    @property
    def text(self) -> str:
        """The plain text part."""
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")

    @property
    def html(self) -> str:
        """The HTML part."""
        part = self.message.get_body(("html",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")


@dataclass
class Sink:
    """What the server took, and what it is to do wrong, each once: `faults` are used up from the front.

    A fault is (where, answer): where is `mail`, `rcpt`, `data`, `dot`; the answer is an SMTP reply, `close`
    (hang up without a word), `take and close` (take the mail, then hang up) or `slow` (answer after a second).
    """

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    connections: int = 0
    logins: list[str] = field(default_factory=list)
    _last: SMTP | None = None

    def hang_up(self) -> None:
        """Drop the last connection, as servers do with idle ones."""
        assert self._last is not None
        assert self._last.transport is not None
        self._last.loop.call_soon_threadsafe(self._last.transport.close)

    @property
    def ids(self) -> Counter[str]:
        """How often each Message-ID came."""
        return Counter(t.message_id for t in self.taken)

    @property
    def recipients(self) -> list[str]:
        """Everybody who got something, in order."""
        return [t.recipient for t in self.taken]

    def to(self, address: str) -> list[Taken]:
        """What this address got."""
        return [t for t in self.taken if t.recipient == address]

    def _fault(self, where: str) -> str | None:
        if self.faults and self.faults[0][0] == where:
            return self.faults.pop(0)[1]
        return None

    async def handle_EHLO(
        self, server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self._last = server
        self.connections += 1
        return responses

    async def handle_MAIL(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return await self._play(server, self._fault("mail"))

    async def handle_RCPT(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return "550 5.1.1 no such user"
        answer = await self._play(server, self._fault("rcpt"))
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        fault = self._fault("dot")
        if fault is None or fault in ("slow", "take and close"):
            assert isinstance(envelope.content, bytes)
            assert envelope.mail_from is not None
            self.taken.append(Taken(envelope.mail_from, envelope.rcpt_tos[0], envelope.content))
        return await self._play(server, fault)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        self.logins.append(base64.b64decode(args[1]).decode())
        if "Bearer good" in self.logins[-1]:
            return AuthResult(success=True)
        await server.challenge_auth(b'{"status":"400"}')
        return AuthResult(success=False, handled=False)

    async def _play(self, server: SMTP, fault: str | None) -> str:
        if fault in ("close", "take and close"):
            assert server.transport is not None
            server.transport.close()
        if fault == "slow":
            await asyncio.sleep(1)
        return fault if fault and fault[0].isdigit() else "250 2.0.0 taken"


class _Controller(Controller):
    def _trigger_server(self) -> None:
        # Port 0 lets the system choose; the parent's first connection needs to know what it chose.
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def running_sink(**settings: Any) -> Iterator[Sink]:
    """A sink on a free port of this machine; `settings` are aiosmtpd's."""
    sink = Sink()
    controller = _Controller(sink, hostname="127.0.0.1", port=0, ready_timeout=20, **settings)
    controller.start()
    sink.port = controller.port
    try:
        yield sink
    finally:
        controller.stop()
