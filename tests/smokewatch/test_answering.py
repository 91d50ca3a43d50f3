"""An answer is what a mail program would send, and finds the alert it is meant for."""

import email
import email.policy
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
import typer

from config.settings import Settings
from smokewatch import answering
from smokewatch.cli import mail
from smokewatch.cli.output import Exit
from smokewatch.engines.files import file_mail
from smokewatch.engines.local import outbox


def _alert(number: str = "ESC-1", to: str = "Bo <bo@us.example>", reply_to: str = "reply+abc@us.example") -> bytes:
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"], message["Reply-To"] = "s@us.example", to, reply_to
    message["Subject"], message["Message-ID"] = f"[{number}] Acme needs us", "<alert@us.example>"
    message.set_content("Something happened.\n")
    return message.as_bytes()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with three filed alerts."""
    made = Settings(var=tmp_path)
    for raw in (_alert(), _alert("ESC-11"), _alert(to="Cy <cy@us.example>")):
        file_mail(outbox(made), raw)
    return made


def test_a_number_means_the_newest_mail_about_it(settings: Settings) -> None:
    assert answering.find(settings, "esc-1").name == "0003-ESC-1-cy.eml"


def test_the_receiver_can_be_chosen(settings: Settings) -> None:
    assert answering.find(settings, "1", "bo@us.example").name == "0001-ESC-1-bo.eml"


def test_a_file_can_be_named(settings: Settings) -> None:
    assert answering.find(settings, "0002-ESC-11-bo.eml").name == "0002-ESC-11-bo.eml"


@pytest.mark.parametrize("what", ["ESC-2", "nothing", ""])
def test_what_is_not_there_is_refused_with_a_way_out(settings: Settings, what: str) -> None:
    with pytest.raises(answering.CannotAnswerError, match=r"smokewatch list|give a file there"):
        answering.find(settings, what)


def test_the_answer_goes_from_the_receiver_to_the_private_address(now: datetime) -> None:
    answer = email.message_from_bytes(answering.reply(_alert(), "ack", now), policy=email.policy.default)
    assert (answer["From"], answer["To"]) == ("Bo <bo@us.example>", "reply+abc@us.example")
    assert answer["In-Reply-To"] == "<alert@us.example>"


def test_commands_stand_on_top_and_the_alert_is_quoted(now: datetime) -> None:
    text = answering.reply(_alert(), "ack", now).partition(b"\r\n\r\n")[2]
    assert text.startswith(b"ack\r\n\r\nOn ")
    assert b"\r\n> Something happened." in text


def test_a_mail_without_reply_to_takes_no_answer(now: datetime) -> None:
    with pytest.raises(answering.CannotAnswerError, match="takes no answer"):
        answering.reply(b"From: a@b\r\nTo: c@d\r\n\r\nx\r\n", "ack", now)


def test_an_answer_that_does_not_come_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mail, "ANSWER_SECONDS", 0.3)
    with pytest.raises(typer.Exit) as ended:
        mail._wait_for_answer(tmp_path, set(), "bo@us.example")
    assert ended.value.exit_code == Exit.TRY_AGAIN
    told = capfd.readouterr().err
    assert "do not send it again" in told
    assert "smokewatch parked list" in told
