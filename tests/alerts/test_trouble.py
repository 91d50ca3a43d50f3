"""What a server said never gets into the outbox, the log or a mail; what its code means does."""

import smtplib

import pytest

from alerts.errors import CannotComposeError
from alerts.trouble import MOST_CHARACTERS, label, refusal, sentence, unwritten
from config.words import NoticeKind
from tests.alerts.scene import Scene
from tests.alerts.sink import Sink

SECRET = "hunter2 pat@customer.example"


@pytest.mark.parametrize("where", ["mail", "rcpt", "dot"])
def test_a_refusal_keeps_its_code_and_none_of_its_words(scene: Scene, sink: Sink, where: str) -> None:
    sink.faults = [(where, f"550 5.7.1 <{SECRET}> we will cancel")]
    number = scene.post()
    scene.drain(sink)
    kept = scene.notice(number).last_error or ""
    assert "SMTP 550 5.7.1" in kept
    assert "cancel" not in kept
    (told,) = scene.notices(NoticeKind.ADMIN)
    assert "hunter2" not in str(told.facts)


def test_a_refusal_without_an_enhanced_code_has_the_plain_one() -> None:
    assert refusal("rcpt", 450, b"busy 10.0.0.1") == "the server refused the recipient (SMTP 450)"


def test_a_refused_login_says_so_without_the_servers_words() -> None:
    error = smtplib.SMTPAuthenticationError(535, f"5.7.8 bad password {SECRET}".encode())
    assert label(error) == "login_refused"
    assert sentence(error) == "the server refused the user name or password (SMTP 535 5.7.8)"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (TimeoutError("timed out"), "timed out"),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), "Connection unexpectedly closed"),
        (smtplib.SMTPException(SECRET), "SMTPException"),
    ],
)
def test_a_lost_connection_is_told_in_this_machines_words(error: Exception, words: str) -> None:
    assert sentence(error) == words


def test_an_error_while_writing_gives_its_kind_alone_unless_it_is_ours() -> None:
    assert unwritten(ValueError(SECRET)) == "the mail could not be written (ValueError)"
    assert "correct it" in unwritten(CannotComposeError("'x' is no mail address: correct it in the people list"))
    assert len(unwritten(CannotComposeError("x" * 9_000))) <= 2 * MOST_CHARACTERS
