"""Delivery reports in each shape: who was not reached, for good or for now, and which mail it was."""

import email
from pathlib import Path

import pytest

from bench.automatic import bounce_agreement
from ingest.bounce import read_bounce
from ingest.mail import Bounce

REPORT = """\
From: MAILER-DAEMON@mx.example
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

This is the mail system at host mx.example.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--b
Content-Type: {returned}

Message-ID: <esc-4@us.example>
Subject: Pump

--b--
"""


def report(
    status: str = "5.1.1", action: str = "failed", said: str = "550 no", returned: str = "message/rfc822"
) -> Bounce | None:
    """Read a report in the form of RFC 3464."""
    text = REPORT.format(to="Omar@us.example", status=status, action=action, said=said, returned=returned)
    return read_bounce(email.message_from_string(text))


def test_a_report_names_recipient_status_and_mail() -> None:
    assert report() == Bounce(("omar@us.example",), "5.1.1", hard=True, original_message_id="<esc-4@us.example>")


def test_returned_headers_alone_name_the_mail() -> None:
    found = report(returned="text/rfc822-headers")
    assert found is not None
    assert found.original_message_id == "<esc-4@us.example>"


@pytest.mark.parametrize(
    ("status", "said", "hard"),
    [
        ("5.1.1", "550 no", True),
        ("5.0.0", "550 5.1.1 user unknown", True),
        ("5.0.0", "550 no such user here", True),
        ("5.4.4", "host not found", True),
        ("5.2.2", "552 mailbox full", False),
        ("5.0.0", "552 over quota", False),
        ("5.7.1", "554 spam refused", False),
        ("4.4.1", "connection timed out", False),
        ("4.1.1", "451 try again later", False),
    ],
)
def test_only_an_address_that_is_no_good_is_hard(status: str, said: str, hard: bool) -> None:
    found = report(status=status, said=said)
    assert found is not None
    assert found.hard is hard


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_report_of_success_is_no_bounce(action: str) -> None:
    assert report(status="2.0.0", action=action) is None


PLAIN = {
    "exim": "A message that you sent could not be delivered to one or more of its recipients.\n\n"
    "  omar@us.example\n    550 5.1.1 User unknown\n\n------ This is a copy of the message. ------\n\n",
    "qmail": "Hi. This is the qmail-send program at mx.example.\n\n<omar@us.example>:\n"
    "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n",
    "postfix": "This is the mail system at host mx.example.\n\n<omar@us.example>: host mx2.example[192.0.2.1] said:\n"
    "    550 5.1.1 <omar@us.example>: Recipient address rejected: User unknown\n\n",
    "exchange": "Delivery has failed to these recipients or groups:\n\nomar@us.example\n"
    "The email address you entered couldn't be found.\n\nRemote Server returned '550 5.1.10 RecipientNotFound'\n\n"
    "Original message headers:\n\n",
    "words only": "Your message did not reach this recipient:\n\nomar@us.example\n  The user does not exist\n\n",
}


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN.keys())
def test_a_report_without_form_is_read(text: str) -> None:
    raw = f"From: Mailer-Daemon@mx.example\nTo: alerts@us.example\n\n{text}Message-ID: <esc-4@us.example>\n"
    found = read_bounce(email.message_from_string(raw))
    assert found is not None
    assert (found.recipients, found.hard) == (("omar@us.example",), True)
    assert found.original_message_id == "<esc-4@us.example>"


def test_the_header_of_exim_and_gmail_names_the_recipients() -> None:
    raw = "X-Failed-Recipients: a@us.example, b@us.example\n\n550 5.2.2 mailbox full\n"
    found = read_bounce(email.message_from_string(raw))
    assert found == Bounce(("a@us.example", "b@us.example"), "5.2.2", hard=False, original_message_id="")


def test_a_mail_without_failure_is_no_bounce() -> None:
    assert read_bounce(email.message_from_string("From: ines@norvik.example\n\n")) is None


@pytest.mark.parametrize("name", ["mime-dsn-broken", "mime-parts-1000", "mime-nest-rfc822-30", "enc-cte-unknown"])
def test_hostile_reports_do_not_raise(shared: Path, name: str) -> None:
    read_bounce(email.message_from_bytes((shared / "hostile" / f"{name}.eml").read_bytes()))


def test_real_bounces_are_read_as_well_as_measured(shared: Path) -> None:
    shares = bounce_agreement(shared / "mail")
    assert shares["read"] >= 0.99
    assert shares["with recipient"] >= 0.97
    assert shares["status class"] >= 0.95
    assert shares["hard, wrongly"] <= 0.1
