"""Settings: the file, the environment over it, secret files, and one sentence for each mistake."""

from pathlib import Path

import pytest

from config.load import SettingsError, load_settings
from config.settings import Limits, Mailbox, OAuth, Outgoing, Settings, Smtp

MAILBOX = """
[[mailbox]]
name = "support"
address = "support@us.example"
host = "imap.us.example"
user = "support"
password = "secret"
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "smokewatch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _mistakes(folder: Path, text: str, environment: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(_write(folder, text), environment or {})
    return caught.value.sentences


def test_no_file_means_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(environment={})
    assert not settings.mailboxes
    assert not settings.database_url


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone.toml does not exist: run `smokewatch init`"):
        load_settings(tmp_path / "gone.toml", {})


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    path = _write(tmp_path, 'admin = "me@us.example"')
    assert load_settings(environment={"SMOKEWATCH_CONFIG": str(path)}).admin == "me@us.example"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = _write(tmp_path, '[outgoing]\nfrom_name = "File"')
    environment = {"SMOKEWATCH__OUTGOING__FROM_NAME": "Environment", "DATABASE_URL": "postgresql://db/x"}
    settings = load_settings(path, environment)
    assert settings.outgoing.from_name == "Environment"
    assert settings.database_url == "postgresql://db/x"


def test_a_mailbox_in_the_environment_goes_by_its_name(tmp_path: Path) -> None:
    settings = load_settings(_write(tmp_path, MAILBOX), {"SMOKEWATCH__MAILBOX__SUPPORT__FOLDERS": '["INBOX", "VIP"]'})
    assert settings.mailboxes[0].folders == ("INBOX", "VIP")


def test_an_unknown_mailbox_in_the_environment_is_named(tmp_path: Path) -> None:
    found = _mistakes(tmp_path, MAILBOX, {"SMOKEWATCH__MAILBOX__SALES__PORT": "1"})
    assert found == ["SMOKEWATCH__MAILBOX__SALES__PORT: there is no mailbox named 'sales'; the file has: support."]


def test_a_secret_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from a file\n", encoding="utf-8")
    text = MAILBOX.replace('password = "secret"', f'password_file = "{tmp_path / "secret"}"')
    password = load_settings(_write(tmp_path, text), {}).mailboxes[0].password
    assert password is not None
    assert password.get_secret_value() == "from a file"


def test_a_url_is_read_from_a_file_named_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://db/y\n", encoding="utf-8")
    settings = load_settings(_write(tmp_path, ""), {"DATABASE_URL_FILE": str(tmp_path / "url")})
    assert settings.database_url == "postgresql://db/y"


def test_a_missing_secret_file_is_named(tmp_path: Path) -> None:
    found = _mistakes(tmp_path, MAILBOX.replace('password = "secret"', 'password_file = "/nowhere/x"'))
    assert "password_file names /nowhere/x, which cannot be read: No such file or directory." in found[0]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = "helth_port = 1\nretention_days = 'x'\n" + MAILBOX.replace('host = "imap.us.example"\n', "port = 70000\n")
    found = _mistakes(tmp_path, text)
    assert len(found) == 4
    assert any("helth_port: there is no such setting" in sentence for sentence in found)
    assert any("[[mailbox]] support, host: this setting is missing" in sentence for sentence in found)
    assert any("[[mailbox]] support, port: should be less than or equal to 65535." in sentence for sentence in found)


def test_a_mistake_never_repeats_the_value(tmp_path: Path) -> None:
    found = _mistakes(tmp_path, MAILBOX.replace('password = "secret"', 'password = ["hunter2"]'))
    assert "hunter2" not in " ".join(found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = ", "is not valid TOML"),
        (MAILBOX + 'security = "plain"', "would send the password to imap.us.example in the clear"),
        (MAILBOX.replace('password = "secret"', ""), "there is neither a password"),
        (MAILBOX.replace('user = "support"', ""), "user is missing"),
        (MAILBOX + MAILBOX, "the name is used 2 times"),
        (MAILBOX + '[mailbox.oauth]\nprovider = "other"\ngrant = "refresh_token"', "both password and oauth are set"),
        (MAILBOX + '[outgoing]\nreply_address = "support@us.example"', "is also the address of [[mailbox]] support"),
        ('[outgoing]\nreply_address = "reply"', "this is not a mail address"),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in sentence for sentence in _mistakes(tmp_path, text))


def test_microsoft_needs_a_tenant(tmp_path: Path) -> None:
    oauth = '[mailbox.oauth]\nprovider = "microsoft"\ngrant = "client_credentials"\nclient_id = "a"'
    found = _mistakes(tmp_path, MAILBOX.replace('password = "secret"', "") + oauth)
    assert any("needs client_secret" in sentence for sentence in found)
    assert any("needs tenant" in sentence for sentence in found)


def test_every_setting_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    for section in (Settings, Mailbox, OAuth, Outgoing, Smtp, Limits):
        for name, field in section.model_fields.items():
            shown = field.alias or name
            assert any(form in text for form in (f"`{shown}`", f"[{shown}]", f".{shown}]")), name
