"""Runs a local IMAP server (pymap over a Maildir) on loopback, for the sample mailbox and for trying things out."""

import asyncio
import threading
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from mailbox import Maildir, MaildirMessage
from pathlib import Path
from typing import Any

from imapclient import IMAPClient
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.maildir import Config, Login
from pymap.backend.maildir.users import PasswordsFile, UsersFile
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pysasl.hashing import Cleartext

from smokewatch.engines.account import kept_password
from smokewatch.engines.errors import EngineError

HOST = "127.0.0.1"
USER = "support"
PORT = 1143
"""Tried first, so that a mail program set up once keeps working; any free port when it is taken."""
START_SECONDS = 30


def put(home: Path, raw: bytes, received_at: datetime) -> None:
    """Put a mail straight into the mailbox's files while no server runs; it is there at the next start."""
    home.mkdir(parents=True, exist_ok=True)
    message = MaildirMessage(raw)
    message.set_date(received_at.timestamp())
    message.set_subdir("new")
    Maildir(home / "mail", create=True).add(message)


@dataclass(frozen=True)
class Access:
    """Where the local mailbox listens, and the password of its user."""

    port: int
    password: str

    def append(self, raw: bytes, received_at: datetime) -> None:
        """Deliver one mail into the mailbox of the running server, which tells a waiting poller at once.

        Raises:
            OSError: no server answers.

        """
        with IMAPClient(HOST, self.port, ssl=False, timeout=30) as client:
            client.login(USER, self.password)
            client.append("INBOX", raw, msg_time=received_at)


class LocalImap:
    """The server and its one mailbox under `home`; it runs in a thread of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = 0
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._end: asyncio.Event | None = None
        self._failure: BaseException | None = None

    @property
    def password(self) -> str:
        """The user's password; only the owner may read its file."""
        return kept_password(self.home / "password")

    @property
    def access(self) -> Access:
        """How to reach the running server."""
        return Access(self.port, self.password)

    def start(self) -> None:
        """Start the server.

        Raises:
            EngineError: it cannot listen or cannot use its folder.

        """
        self.home.mkdir(parents=True, exist_ok=True)
        Maildir(self.home / "mail", create=True)
        self._thread = threading.Thread(target=self._run, name="imap", daemon=True)
        self._thread.start()
        self._ready.wait(START_SECONDS)
        if self._failure is not None or not self.port:
            raise EngineError(f"The local IMAP server did not start in {self.home}: {self._failure}")

    def stop(self) -> None:
        """Stop the server; its mailbox stays."""
        if self._loop is not None and self._end is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(10)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits in start()
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        config = self._config()
        config.apply_context()
        await self._write_user(config)
        callback = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(Login(config), config))
        server = await _listen(callback)
        self.port = server.sockets[0].getsockname()[1]
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(server)
            self._ready.set()
            await self._end.wait()
            server.close()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _config(self) -> Config:
        arguments = Namespace(passlib_cfg=None, proxy_protocol=None, inherited_sockets=None)
        return Config(
            arguments, host=HOST, port=0, tls_enabled=False, hash_context=Cleartext(), base_dir=str(self.home),
            layout="++", colon=None, invalid_user_sleep=0.3, subsystem=Subsystem.for_executor(ThreadPoolExecutor(4)),
        )  # fmt: skip

    async def _write_user(self, config: Config) -> None:
        async with UsersFile.with_write(config.base_dir) as users:
            users.set(users.build_record(USER, "mail"))
        async with PasswordsFile.with_write(config.base_dir) as passwords:
            passwords.set(passwords.build_record(USER, self.password))


async def _listen(callback: Any) -> asyncio.Server:
    for port in (PORT, 0):
        try:
            return await asyncio.start_server(callback, host=HOST, port=port)
        except OSError:
            if port == 0:
                raise
    raise AssertionError
