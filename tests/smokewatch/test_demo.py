"""The whole product on its sample mailbox, from an empty folder, as a user runs it."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

SECONDS = 150


class Home:
    """An empty folder in which the program is run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.first = ""

    def words(self, *words: str) -> list[str]:
        """The command that runs the program."""
        return [sys.executable, "-W", "ignore", "-m", "smokewatch", *words]

    def run(self, *words: str) -> str:
        """Run one command that must succeed; its output."""
        done = subprocess.run(
            self.words(*words), cwd=self.folder, capture_output=True, text=True, timeout=SECONDS, check=False,
            env=_environment(),
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def show(self, number: str) -> dict[str, object]:
        """An escalation as JSON."""
        found: dict[str, object] = json.loads(self.run("show", number, "--json"))
        return found


def _environment() -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    return {
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
        "PYTHONPATH": root,
        "COLUMNS": "80",
        "SMOKEWATCH__HEALTH_PORT": "0",
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A folder in which `demo --once` was run."""
    made = Home(tmp_path_factory.mktemp("demo"))
    made.first = made.run("demo", "--once")
    yield made
    assert not _postgres_runs(made.folder)


def _postgres_runs(folder: Path) -> bool:
    return (folder / "var" / "postgres" / "data" / "postmaster.pid").exists()


def _number(home: Home, account: str) -> str:
    rows = json.loads(home.run("list", "--json"))
    return next(str(row["number"]) for row in rows if row["account"] == account)


def test_it_says_what_it_read(home: Home) -> None:
    assert re.search(r"35 mails read in 13 conversations", home.first)


def test_every_troubled_account_has_its_escalation_and_no_other(home: Home) -> None:
    accounts = {row["account"] for row in json.loads(home.run("list", "--json"))}
    assert accounts == {"Northlake Foods", "Brightwater Medical", "Kessler Logistik", "Almacenes Rivera"}


def test_it_quotes_the_proof(home: Home) -> None:
    assert "we will terminate our contract with Tidewater" in " ".join(home.first.split())


def test_the_output_fits_a_terminal(home: Home) -> None:
    assert max(map(len, home.first.splitlines())) <= 80
    assert len(home.first.splitlines()) <= 40


def test_alerts_and_a_digest_lie_where_it_says(home: Home) -> None:
    names = [path.name for path in (home.folder / "var" / "outbox").glob("*.txt")]
    assert any("ESC-1" in name for name in names)
    assert any("digest" in name for name in names)
    assert "var/outbox/" in home.first


def test_the_log_holds_no_mail(home: Home) -> None:
    log = (home.folder / "var" / "smokewatch.jsonl").read_text(encoding="utf-8")
    assert "pick list" not in log
    assert "terminate" not in log


def test_a_second_run_sends_nothing_again(home: Home) -> None:
    second = home.run("demo", "--once")
    mails = [path.read_text(encoding="utf-8") for path in (home.folder / "var" / "outbox").glob("*.eml")]
    numbers = [re.findall(r"(?im)^message-id: *(\S+)", mail)[0] for mail in mails]
    assert len(numbers) == len(set(numbers))
    assert "as left by the last run" in " ".join(second.split())


def test_an_answer_to_a_running_demo_changes_the_escalation(home: Home) -> None:
    number = _number(home, "Brightwater Medical")
    running = subprocess.Popen(
        home.words("demo"), cwd=home.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=_environment(),
    )  # fmt: skip
    try:
        _wait_for(home.folder / "var" / "local-mail.json")
        answered = home.run("answer", number, "ack\nI rang Mr Hale.")
        assert "is acknowledged" in " ".join(answered.split())
        view = home.show(number)
        second = subprocess.run(home.words("demo", "--once"), cwd=home.folder, capture_output=True, text=True,
                                env=_environment(), check=False)  # fmt: skip
        assert json.loads(home.run("check", "--json"))
    finally:
        running.send_signal(signal.SIGINT)
        out = running.communicate(timeout=SECONDS)[0]
    assert view["state"] == "acknowledged"
    assert (second.returncode, "runs already in" in second.stderr) == (75, True)
    assert "The next start goes on from here." in out
    assert running.returncode == 0


def test_an_answer_while_it_is_stopped_waits_for_the_next_start(home: Home) -> None:
    number = _number(home, "Almacenes Rivera")
    assert "reads it at the next start" in " ".join(home.run("answer", number, "start").split())
    home.run("demo", "--once")
    assert home.show(number)["state"] == "in_progress"


def test_a_killed_demo_goes_on(home: Home) -> None:
    home.run("demo", "--once")
    running = subprocess.Popen(home.words("demo"), cwd=home.folder, stdout=subprocess.DEVNULL, env=_environment())
    _wait_for(home.folder / "var" / "local-mail.json")
    running.kill()
    running.wait()
    before = home.run("list", "--json")
    home.run("demo", "--once")
    assert [row["number"] for row in json.loads(home.run("list", "--json"))] == [
        row["number"] for row in json.loads(before)
    ]


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.1)
