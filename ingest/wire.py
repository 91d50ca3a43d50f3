"""The wire under an IMAP connection: a socket known from its first moment, literals bounded, answers heard whole."""

import contextlib
import imaplib
import select
import socket
import ssl
from dataclasses import dataclass

from imapclient import IMAPClient, SocketTimeout

from config.killpoint import killpoint
from ingest.explain import TooLong
from ingest.timing import Timing


class Wire(imaplib.IMAP4):
    """imaplib's protocol on our socket: known before the handshake, so that the watchdog can close it at any time."""

    def __init__(self, host: str, port: int, wire: "Line") -> None:
        self._wire = wire
        super().__init__(host, port, wire.timing.connect)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        sock = self._wire.opened(socket.create_connection((self.host, self.port), timeout))
        if self._wire.context:
            wrapped = self._wire.context.wrap_socket(sock, server_hostname=self.host, do_handshake_on_connect=False)
            self._wire.opened(wrapped)
            wrapped.do_handshake()
            sock = wrapped
        sock.settimeout(self._wire.timing.read)
        return sock

    def read(self, size: int) -> bytes:
        """Read one literal, after looking at its announced length."""
        if size > self._wire.literal_limit:
            raise TooLong(f"announced a literal of {size} bytes")
        data = super().read(size)
        killpoint("K3")
        return data


@dataclass
class Line:
    """The socket under a connection and the bounds it works within; `context` is set for TLS from the first byte."""

    timing: Timing
    literal_limit: int
    context: ssl.SSLContext | None
    sock: socket.socket | None = None

    def opened(self, sock: socket.socket) -> socket.socket:
        """Remember the socket that is to be closed when time is up."""
        self.sock = sock
        return sock

    def close(self) -> None:
        """End the connection under a thread that waits on it; closing alone would not wake it."""
        if self.sock:
            with contextlib.suppress(OSError):
                # Past ssl's own shutdown, which would drop state the waiting thread still uses.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class Client(IMAPClient):  # type: ignore[misc] # imapclient has no types
    """imapclient on a `Wire`."""

    def __init__(self, host: str, port: int, wire: Line) -> None:
        self._wire = wire
        timeout = SocketTimeout(wire.timing.connect, wire.timing.read)
        super().__init__(host, port, ssl=wire.context is not None, timeout=timeout)
        # imapclient switches imaplib's tracing on, which formats every literal in full and throws it away.
        self._imap.debug = 0
        self.normalise_times = False

    def _create_IMAP4(self) -> Wire:  # noqa: N802 - the name imapclient calls
        return Wire(self.host, self.port, self._wire)

    def begin_idle(self) -> None:
        """Send IDLE and read up to the server's go-ahead; mail announced before it is kept for `take_exists`."""
        # imapclient takes such an announcement for a refusal.
        self._idle_tag = tag = self._imap._command("IDLE")  # noqa: SLF001
        while self._imap._get_response() is not None:  # noqa: SLF001
            if self._imap.tagged_commands.get(tag):
                raise self._imap.error("no IDLE just now")

    def hear(self, seconds: float) -> None:
        """Wait for the server to say something, and read what it says; an answer cut in two is waited for.

        imapclient's own `idle_check` gives up the connection when a line comes in two packets.

        Raises:
            imaplib.IMAP4.abort: the server closed the connection.

        """
        if not self._peek():
            if not self._is_readable(seconds):
                return
            if self._peek() == b"":
                raise self._imap.abort("it was closed")
        while self._peek():
            self._imap._get_response()  # noqa: SLF001
        if bye := self._imap.untagged_responses.get("BYE"):
            raise self._imap.abort(f"BYE {bye[-1].decode('ascii', 'replace')}")

    def take_exists(self) -> bool:
        """Whether the server announced mail beside its answers since the last call, and forget it."""
        said = self._imap.untagged_responses
        exists, recent = (said.pop(kind, None) is not None for kind in ("EXISTS", "RECENT"))
        return exists or recent

    def _is_readable(self, seconds: float) -> bool:
        waiting = select.poll()
        waiting.register(self.socket(), select.POLLIN)
        return bool(waiting.poll(seconds * 1000))

    def _peek(self) -> bytes | None:
        """What lies in our buffer, where waiting on the socket would not see it; None for a TLS record without text."""
        sock = self.socket()
        sock.settimeout(0)
        try:
            found: bytes = self._imap.file.peek()
        except OSError:
            return None
        finally:
            sock.settimeout(self._wire.timing.read)
        return found
