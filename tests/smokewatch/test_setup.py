"""`init` writes settings that load; `check` says what is wrong and how to mend it."""

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from config.load import load_settings
from smokewatch.cli.output import Exit
from smokewatch.engines.redis import Redis
from smokewatch.interview import Answers, write

Run = Callable[..., tuple[int, str, str]]

ANSWERS = Answers(
    address="support@us.example", provider="other", imap_host="imap.us.example", smtp_host="smtp.us.example",
    user="support@us.example", password='pass "word" ü', client_id="", client_secret="", tenant="",
    admin="ada@us.example", admin_name="Ada Admin",
)  # fmt: skip


def test_what_init_writes_can_be_loaded(tmp_path: Path) -> None:
    write(tmp_path / "smokewatch.toml", ANSWERS)
    settings = load_settings(tmp_path / "smokewatch.toml", {})
    password = settings.mailboxes[0].password
    assert password is not None
    assert password.get_secret_value() == ANSWERS.password


def test_microsoft_gets_an_oauth_section(tmp_path: Path) -> None:
    answers = replace(ANSWERS, provider="microsoft", password="", client_id="c", client_secret="s", tenant="t")
    write(tmp_path / "smokewatch.toml", answers)
    oauth = load_settings(tmp_path / "smokewatch.toml", {}).mailboxes[0].oauth
    assert oauth is not None
    assert (oauth.grant, oauth.tenant) == ("client_credentials", "t")


def test_without_an_smtp_server_nothing_can_leave(tmp_path: Path) -> None:
    write(tmp_path / "smokewatch.toml", replace(ANSWERS, smtp_host=""))
    assert load_settings(tmp_path / "smokewatch.toml", {}).outgoing.smtp is None


@pytest.mark.parametrize("name", ["smokewatch.toml", "smokewatch.secret"])
def test_only_the_owner_may_read_what_was_written(tmp_path: Path, name: str) -> None:
    write(tmp_path / "smokewatch.toml", ANSWERS)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_init_does_not_write_over_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("", encoding="utf-8")
    code, _, err = run("--config", "mine.toml", "init")
    assert code == Exit.REFUSED
    assert "give --force" in err


def test_check_is_content_with_the_sample(run: Run) -> None:
    code, out, err = run("check", "--json")
    findings = {finding["what"]: finding["ok"] for finding in json.loads(out)}
    assert code == Exit.OK, out + err
    assert {"database", "clock", "queue", "mailbox sample", "outgoing mail", "header self-test"} <= set(findings)


def test_check_names_each_thing_that_is_wrong_with_its_fix(run: Run, tmp_path: Path) -> None:
    text = """
        [[mailbox]]
        name = "support"
        address = "support@us.example"
        host = "127.0.0.1"
        port = 1
        security = "plain"
        user = "x"
        password = "y"
        [outgoing.smtp]
        host = "127.0.0.1"
        port = 1
        security = "plain"
    """
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    code, out, _ = run("--config", "bad.toml", "check", "--json")
    wrong = {finding["what"]: finding["fix"] for finding in json.loads(out) if not finding["ok"]}
    assert code == Exit.REFUSED
    assert "check host and port" in wrong["mailbox support"]
    assert "Check host and port" in wrong["outgoing mail"]


def test_check_says_when_the_queue_is_away(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    code, out, _ = run("check", "--json")
    wrong = {finding["what"]: finding["fix"] for finding in json.loads(out) if not finding["ok"]}
    assert code == Exit.REFUSED
    assert "Check redis_url" in wrong["queue"]


def test_an_embedded_redis_is_found() -> None:
    assert Redis(Path("x")).url.startswith("unix://")
