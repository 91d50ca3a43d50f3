"""One installation as its users run it: engines, and `smokewatch poll` and `worker` as processes to be killed."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import redis
from sqlalchemy import func, select, text

from config.words import NoticeState
from smokewatch.engines.postgres import Postgres
from smokewatch.engines.redis import Redis
from store.database import Store, connect
from store.mail import RawMail
from store.migrate import migrate
from store.outbox import Notice
from tests.system.company import ADMIN, hire

ROOT = Path(__file__).parents[2]
SETTINGS = """
var = "{var}"
our_domains = ["us.example"]
admin = "{admin}"
policy = "{policy}"
[outgoing]
from_address = "smokewatch@esc.us.example"
reply_address = "reply@esc.us.example"
bounce_address = "bounce@esc.us.example"
escalation_address = "escalate@esc.us.example"
[outgoing.smtp]
host = "127.0.0.1"
port = {smtp}
security = "plain"
"""
MAILBOX = """
[[mailbox]]
name = "{name}"
address = "help@us.example"
host = "127.0.0.1"
port = {port}
security = "plain"
user = "{user}"
password = "{password}"
poll_seconds = 5
team = "support"
"""
POLICY = """
[alerts]
daily_budget = 100000
quiet_from = "00:00"
quiet_until = "00:00"
cap_per_hour_person = 100000
cap_per_hour_escalation = 100000
cap_per_hour_total = 100000
"""
"""No caps and no night: every notice posted is a mail at the sink."""


@dataclass
class House:
    """The installation under `home`; its mail goes to the SMTP server on port `smtp`."""

    home: Path
    smtp: int
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    kills: int = 0

    def __post_init__(self) -> None:
        self.home.mkdir(exist_ok=True)
        (self.home / "policy.toml").write_text(POLICY)
        self.settings.write_text(
            SETTINGS.format(var=self.home / "var", admin=ADMIN, policy=self.home / "policy.toml", smtp=self.smtp)
        )
        self.postgres = Postgres(self.home / "var" / "postgres", durable=False)
        self.redis = Redis(self.home / "var" / "redis")
        migrate(self.postgres.start())
        self.redis.start()
        self.store = Store(connect(self.postgres.url()))
        with self.store.transaction() as session:
            hire(session, datetime.now(UTC))

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.home / "smokewatch.toml"

    def watch(self, port: int, user: str, *, password: str = "secret") -> None:
        """Add a mailbox; for processes started from now on."""
        with self.settings.open("a") as file:
            file.write(MAILBOX.format(name=user, port=port, user=user, password=password))

    def start(self, name: str, *words: str, kill_at: str = "", health: int = 0, module: str = "smokewatch") -> None:
        """Start `smokewatch` with these words as the process `name`; `module` may stand in for its entry."""
        environment = os.environ | {
            "PYTHONPATH": str(ROOT), "KILL_AT": kill_at, "SMOKEWATCH__HEALTH_PORT": str(health),
        }  # fmt: skip
        command = [sys.executable, "-W", "ignore", "-m", module, "--config", str(self.settings), *words]
        with self.log(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(command, cwd=self.home, env=environment, stdout=log, stderr=log)

    def is_ready(self, port: int) -> bool:
        """Whether the process with this health port is up."""
        return self.ask(port, "/readyz")[0] == 200

    def ask(self, port: int, path: str) -> tuple[int, str]:
        """What the health port answers; 0 when nobody listens."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def log(self, name: str) -> Path:
        """What the process said."""
        return self.home / f"{name}.log"

    def kill(self, name: str) -> None:
        """End the process as a power cut would."""
        self.processes[name].kill()
        self.died(name)

    def died(self, name: str, seconds: float = 90) -> None:
        """Wait for the process that dies at its point; fails when it does not."""
        assert self.processes.pop(name).wait(seconds) == -signal.SIGKILL, self.log(name).read_text()[-2_000:]
        self.kills += 1
        if name.startswith("poll"):
            self.pass_lease()
        else:
            self.pass_claims()

    def end(self, name: str) -> float:
        """End the process politely; how many seconds it took."""
        process, began = self.processes.pop(name), time.monotonic()
        process.terminate()
        assert process.wait(90) == 0, self.log(name).read_text()[-2_000:]
        return time.monotonic() - began

    def pass_lease(self) -> None:
        """Let the dead poller's leases run out at once instead of in 40 s."""
        with self.store.transaction() as session:
            session.execute(text("UPDATE folder SET lease_until = clock_timestamp()"))

    def pass_claims(self) -> None:
        """Let the dead worker's claims run out at once instead of in a minute."""
        with self.store.transaction() as session:
            session.execute(text("UPDATE raw_mail SET claimed_until = clock_timestamp() WHERE state = 'kept'"))

    def break_database(self) -> None:
        """Stop PostgreSQL in the middle of everything (immediate mode), and start it again."""
        pid = self.postgres.pid()
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)
        until(lambda: self.postgres.pid() != pid, 30)
        self.postgres.stop()
        self.postgres.start()

    def lose_queue(self) -> None:
        """Empty Redis, kill it, and start it again."""
        client = redis.Redis(unix_socket_path=str(self.redis.socket))
        client.flushall()
        pid = int(client.info("server")["process_id"])
        client.close()
        os.kill(pid, signal.SIGKILL)
        until(lambda: _gone(pid), 30)
        self.redis.stop()
        self.redis.start()

    def count(self, *states: str) -> int:
        """How many raw mails there are in these states; all without any."""
        query = select(func.count()).select_from(RawMail)
        with self.store.transaction() as session:
            return session.scalar(query.where(RawMail.state.in_(states)) if states else query) or 0

    def waiting(self) -> int:
        """Notices not sent yet."""
        with self.store.transaction() as session:
            return session.scalar(select(func.count()).where(Notice.state == NoticeState.WAITING)) or 0

    def settle(self, mails: int, seconds: float = 240) -> None:
        """Wait until so many mails are kept, all are final, and all notices are sent."""
        until(lambda: self.count() >= mails and not self.count("kept"), seconds)
        still: list[float] = []

        def quiet() -> bool:
            if self.waiting():
                still.clear()
            else:
                still.append(time.monotonic())
            return bool(still) and time.monotonic() - still[0] > SWEEP_SECONDS

        until(quiet, seconds)

    def close(self) -> None:
        """Stop everything."""
        for process in self.processes.values():
            process.kill()
            process.wait()
        self.store.engine.dispose()
        self.redis.stop()
        self.postgres.stop()


SWEEP_SECONDS = 12
"""A worker looks for what is due every ten."""


def until(condition: Callable[[], bool], seconds: float, *, every: float = 0.1) -> None:
    """Wait for it; fails after so long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain"
        time.sleep(every)


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def portions(items: Sequence[object], count: int) -> list[slice]:
    """Part a sequence into so many pieces of about the same size."""
    size = -(-len(items) // count)
    return [slice(start, start + size) for start in range(0, len(items), size)]
