"""A small IMAP server that misbehaves on request, one thread per connection."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

DATE = '"06-May-2026 08:00:00 +0000"'
_COMMAND = re.compile(rb"(\S+) (UID )?(\S+) ?(.*)\r\n")


class HangUp(Exception):  # noqa: N818 - not an error
    """The server closes the connection here."""


@dataclass
class FakeImap:
    """Holds `mails` by UID. What stands in `tricks` answers instead of the ordinary server.

    The key is a command (`LOGIN`, `SEARCH`), or `BODY` for a fetch of bodies, or `BODY 7` for one mail's part of it. A
    trick gets the ordinary answer and returns another; it may raise `HangUp` with the last bytes to send.
    """

    mails: dict[int, bytes]
    uidvalidity: int = 1
    tricks: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    port: int = 0
    cut: bytes = b""
    """Where this stands in an answer, it is sent in two packets."""
    _idle_tag: bytes = b""

    def count(self, command: str) -> int:
        """How often `command` came."""
        return self.commands.count(command)

    @contextmanager
    def running(self) -> Iterator["FakeImap"]:
        """Listen while the block runs."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            threading.Thread(target=self._accept, args=[listener], daemon=True).start()
            yield self
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines, suppress(OSError):
            connection.sendall(b"* OK ready\r\n")
            for line in lines:
                try:
                    answer = self._answer(line)
                    for piece in answer.split(self.cut) if self.cut else [answer]:
                        connection.sendall(piece)
                        time.sleep(0.1 if self.cut else 0)
                except HangUp as end:
                    connection.sendall(end.args[0] if end.args else b"")
                    return

    def _answer(self, line: bytes) -> bytes:
        found = _COMMAND.fullmatch(line)
        if not found:
            return self._idle_tag + b" OK idle ended\r\n" if line == b"DONE\r\n" else b""
        tag, command, rest = found[1], found[3].decode().upper(), found[4]
        name = "BODY" if command == "FETCH" and b"BODY" in rest else command
        self.commands.append(name)
        if name == "IDLE":
            self._idle_tag = tag
        ordinary: Callable[[bytes], bytes] = getattr(self, f"_{name.lower()}", lambda _rest: b"")
        answer = b"+ idling\r\n" if name == "IDLE" else ordinary(rest) + tag + b" OK done\r\n"
        trick = self.tricks.get(name)
        return trick(answer).replace(b"TAG", tag) if trick else answer

    def _capability(self, _rest: bytes) -> bytes:
        return b"* CAPABILITY IMAP4rev1 IDLE UIDPLUS\r\n"

    def _select(self, _rest: bytes) -> bytes:
        top = max(self.mails, default=0) + 1
        return (
            f"* {len(self.mails)} EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY {self.uidvalidity}] ok\r\n"
            f"* OK [UIDNEXT {top}] ok\r\n"
        ).encode()

    _examine = _select

    def _search(self, rest: bytes) -> bytes:
        first = int(re.search(rb"UID (\d+):", rest)[1]) if b"UID" in rest else 1  # type: ignore[index]
        # The last UID always matches n:* (RFC 3501 section 6.4.8), even below n.
        found = {uid for uid in self.mails if uid >= first} | {max(self.mails, default=first)}
        return b"* SEARCH " + b" ".join(b"%d" % uid for uid in sorted(found)) + b"\r\n"

    def _wanted(self, rest: bytes) -> list[int]:
        return [uid for uid in map(int, rest.split(b" ")[0].split(b",")) if uid in self.mails]

    def _fetch(self, rest: bytes) -> bytes:
        return b"".join(
            f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(self.mails[uid])} INTERNALDATE {DATE})\r\n".encode()
            for uid in self._wanted(rest)
        )

    def _body(self, rest: bytes) -> bytes:
        part = re.search(rb"<0\.(\d+)>", rest)
        return b"".join(self._one_body(uid, int(part[1]) if part else None) for uid in self._wanted(rest))

    def _one_body(self, uid: int, part: int | None) -> bytes:
        mail = self.mails[uid][:part]
        ordinary = b"* %d FETCH (UID %d BODY[]%b {%d}\r\n%b)\r\n" % (uid, uid, b"<0>" if part else b"", len(mail), mail)
        trick = self.tricks.get(f"BODY {uid}")
        return trick(ordinary) if trick else ordinary

    def _logout(self, _rest: bytes) -> bytes:
        return b"* BYE\r\n"
