"""A19: an out-of-office reply or a bounce that holds a command or the token commands nothing and gets no answer."""

import pytest

from tests.security.scene import PROVEN, Scene, assert_refused

OUT_OF_OFFICE = "I am out of office. Our offices close at 5.\nresolve"


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: AUTO-GENERATED (rejected); owner=x",
        "X-Autoreply: yes",
        "Precedence: auto_reply",
        "X-Auto-Response-Suppress: All\r\nAuto-Submitted: auto-replied",
    ],
)
@pytest.mark.parametrize("text", ["ack", OUT_OF_OFFICE])
def test_a_marked_robot_changes_nothing(scene: Scene, field: str, text: str) -> None:
    assert_refused(scene, scene.mail(text, head=f"{PROVEN}{field}\r\n"), "automatic")


@pytest.mark.parametrize(
    "subject", ["Automatic reply: Outage", "Abwesenheitsnotiz: Re: Outage", "Out of Office: Outage"]
)
def test_a_robot_known_by_its_subject_alone_changes_nothing(scene: Scene, subject: str) -> None:
    assert_refused(scene, scene.mail("ack. I am on leave until Monday.", subject=subject), "automatic")


def test_a_bounce_changes_nothing(scene: Scene) -> None:
    raw = (
        f"{PROVEN}From: MAILER-DAEMON@acme.example\r\nTo: {scene.address()}\r\nSubject: Undelivered Mail\r\n"
        "Message-ID: <b@acme.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nack\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.acme.example\r\n\r\nFinal-Recipient: rfc822; dana.lee@acme.example\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    assert_refused(scene, raw.encode(), "automatic")
